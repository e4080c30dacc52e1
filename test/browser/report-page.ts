import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '',
    chromiumSandbox: false, // as root there is none
    args: FLAGS,
  });
}

/** How a reader looks at a page. */
export interface Reader {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** A written page as a browser without a network shows it. */
export class ReportPage {
  /** Errors of the page and its console, and whatever it asked for besides itself. */
  readonly complaints: string[] = [];
  readonly page: Page;

  private constructor(page: Page, address: string) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (request.url() !== address) this.complaints.push(`asked for ${request.url()}`);
    });
  }

  static async open(browser: Browser, file: string, { width, colorScheme }: Reader): Promise<ReportPage> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      offline: true,
    });
    const address = pathToFileURL(file).href;
    const opened = new ReportPage(await context.newPage(), address);
    await opened.page.goto(address);
    return opened;
  }

  /** What axe holds against it: rules, and where they are broken. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<axe.AxeResults>('axe.run()');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** How far it is wider than its window, in pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

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

  close(): Promise<void> {
    return this.page.context().close();
  }
}

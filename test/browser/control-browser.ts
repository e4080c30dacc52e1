import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { ADMIN_KEY } from '../support/shop.js';
import { openBrowser, violationsOn } from './browser.js';

/** A page, and what its console complained of. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Chromium at the control room of one service. */
export class ControlBrowser {
  private readonly browser: Browser;
  private readonly url: string;

  private constructor(browser: Browser, url: string) {
    this.browser = browser;
    this.url = url;
  }

  /** @param url where the service answers */
  static async open(url: string): Promise<ControlBrowser> {
    return new ControlBrowser(await openBrowser(), url);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** The control room before anybody has signed in. */
  async visit(options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const visit = await this.watch(options);
    await visit.page.goto(`${this.url}/admin/`);
    return visit;
  }

  /** The control room at one of its views, in a tab in which an administrator has signed in. */
  async enter(view = 'overview'): Promise<WatchedPage> {
    const visit = await this.watch({});
    await visit.page.addInitScript(`sessionStorage.setItem('holdfast.admin-key', '${ADMIN_KEY}')`);
    await this.goTo(visit.page, view);
    return visit;
  }

  private async watch(options: BrowserContextOptions): Promise<WatchedPage> {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (isComplaint(message)) complaints.push(message.text());
    });
    return { page, complaints, close: () => context.close() };
  }

  async goTo(page: Page, view: string): Promise<void> {
    await page.goto(`${this.url}/admin/#/${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Loading …').waitFor({ state: 'detached' });
  }

  /** What axe holds against what is shown, in both themes. */
  async violationsOf(page: Page): Promise<string[]> {
    await page.emulateMedia({ colorScheme: 'light' });
    const found = await violationsOn(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const inTheDark = await violationsOn(page, ['color-contrast']); // the others know no colours
    return [...found, ...inTheDark.map((violation) => `dark: ${violation}`)];
  }
}

export async function signIn(page: Page, key: string = ADMIN_KEY): Promise<void> {
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A refusal that a test asked for is logged by the browser, not by the page. */
function isComplaint(message: ConsoleMessage): boolean {
  return message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text());
}

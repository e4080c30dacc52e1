import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  type Page,
} from 'playwright-core';
import { ADMIN_KEY } from '../support/shop.js';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page, and what its console complained of. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface Violation {
  readonly id: string;
  readonly help: string;
  readonly where: readonly string[];
}

/** Chromium at the control room of one service. */
export class ControlBrowser {
  private readonly browser: Browser;
  private readonly url: string;
  private readonly axe: string;

  private constructor(browser: Browser, url: string, axe: string) {
    this.browser = browser;
    this.url = url;
    this.axe = axe;
  }

  /** @param url where the service answers */
  static async open(url: string): Promise<ControlBrowser> {
    const executablePath = process.env.TEST_CHROMIUM ?? '';
    if (!existsSync(executablePath)) throw new Error('TEST_CHROMIUM names no Chromium.');
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // as root there is no sandbox
    const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: FLAGS });
    return new ControlBrowser(browser, url, axe);
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

  /** What axe finds wrong with what is shown, in both themes. The page's own policy keeps strange scripts out, the debugger does not. */
  async violationsOf(page: Page): Promise<Violation[]> {
    await page.evaluate(this.axe);
    const found: Violation[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const rules = colorScheme === 'light' ? undefined : ['color-contrast']; // the others know no colours
      const { violations } = await page.evaluate(runAxe, rules);
      const named = violations.map(({ id, help, nodes }) => {
        return { id: `${id}, ${colorScheme}`, help, where: nodes.map(({ html }) => html) };
      });
      found.push(...named);
    }
    return found;
  }
}

function runAxe(rules: string[] | undefined): Promise<AxeResults> {
  const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
  return axe.run({ resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) });
}

interface AxeResults {
  readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
}

export async function signIn(page: Page, key: string = ADMIN_KEY): Promise<void> {
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A refusal that a test asked for is logged by the browser, not by the page. */
function isComplaint(message: ConsoleMessage): boolean {
  return message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text());
}

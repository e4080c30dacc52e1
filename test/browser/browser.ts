import { existsSync } from 'node:fs';
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

/** The browser that `npm test` found. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.TEST_CHROMIUM ?? '';
  if (!existsSync(executablePath)) throw new Error('TEST_CHROMIUM names no Chromium.');
  return chromium.launch({ executablePath, chromiumSandbox: false, args: FLAGS }); // as root there is no sandbox
}

/**
 * What axe holds against what is shown: rules, and where they are broken.
 * The page's own policy keeps strange scripts out; the debugger does not.
 * @param rules default: all
 */
export async function violationsOn(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${options})`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** By how many pixels the page is wider than the screen. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** What the browser writes about an answer that is no success, whatever the page makes of it. */
const NOTED_BY_THE_BROWSER = /^Failed to load resource/;

/** Collects what goes wrong in a page: what it throws, and what it or the browser calls an error. */
export function complaintsOf(page: Page): { all: string[]; ofThePage: () => string[] } {
  const all: string[] = [];
  page.on('pageerror', (error) => all.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') all.push(message.text());
  });
  return { all, ofThePage: () => all.filter((text) => !NOTED_BY_THE_BROWSER.test(text)) };
}

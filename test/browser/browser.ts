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
  return chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '',
    chromiumSandbox: false, // as root there is none
    args: FLAGS,
  });
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

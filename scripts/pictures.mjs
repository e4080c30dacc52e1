// `npm run pictures`: takes the pictures of the README, of a shop, a control room and a load run of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureChromiumProgram } from '../dist/local/chromium-program.js';

const CROWD_SEEN = /^(1[5-9]|2\d)\d of 300/;

/** @param {string} root the repository's root */
export async function takePictures(root) {
  const pictures = path.join(root, 'docs', 'pictures');
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-pictures-'));
  await mkdir(pictures, { recursive: true });
  const executablePath = await ensureChromiumProgram(console.log);
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
  const shop = run(root, ['start'], { HOLDFAST_DATA_DIR: path.join(folder, 'data'), PORT: '0' });
  try {
    const url = await shop.says(/^ +Shop +(\S+)\/$/);
    const key = await shop.says(/^ +Admin key +(\S+)/);
    await takeStorefront(browser, url, pictures);
    await takeControlRoom(browser, url, key, pictures);
    await shop.stop();
    await takeReport(browser, root, folder, pictures);
  } finally {
    await shop.stop();
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeStorefront(browser, url, pictures) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 880 } });
  await page.goto(url);
  await page.locator('.buy').first().click();
  await page.locator('.order').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: path.join(pictures, 'storefront.png') });
}

async function takeControlRoom(browser, url, key, pictures) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1130 } });
  await page.goto(`${url}/admin/`);
  await page.getByLabel(/key/i).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Send a crowd' }).click();
  await page.getByText(CROWD_SEEN).waitFor();
  await page.screenshot({ path: path.join(pictures, 'control-room.png') });
}

async function takeReport(browser, root, folder, pictures) {
  const html = path.join(folder, 'report.html');
  const load = run(root, ['load', '--html', html], {});
  if ((await load.exit) !== 0) throw new Error('The load run did not end well.');
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  await page.goto(pathToFileURL(html).href);
  await page.screenshot({ path: path.join(pictures, 'report.png') });
}

/** One of our own commands, and what it says. */
function run(root, args, env) {
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'run.mjs'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  return {
    exit,
    stop: () => {
      child.kill('SIGTERM');
      return exit;
    },
    says: async (pattern) => {
      for (;;) {
        const found = text.split('\n').map((line) => pattern.exec(line)?.[1]);
        const first = found.find((match) => match !== undefined);
        if (first !== undefined) return first;
        if (child.exitCode !== null) throw new Error(`${args[0]} ended early:\n${text}`);
        await new Promise((resolve) => child.stdout.once('data', resolve));
      }
    },
  };
}

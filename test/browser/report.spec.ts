import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { reportPage } from '../../bench/orders/report/page.js';
import { runPage } from '../../load/report/run-page.js';
import { runsPage } from '../../load/report/runs-page.js';
import { lostOrderRecord, recordOf } from '../bench/stored-record.js';
import { OVERSOLD, resultOf } from '../load/stored-result.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { openBrowser, overflowOf, violationsOn } from './browser.js';
import { ReportPage, type Reader } from './report-page.js';

const DESKTOP = 1_280;
const PHONE = 390;
const READERS: readonly Reader[] = [
  { width: DESKTOP, colorScheme: 'light' },
  { width: PHONE, colorScheme: 'dark' },
];
/** A page with every table has thousands of cells for axe to look at. */
const AXE_TIMEOUT_MS = 120_000;
const PAGES = {
  'of a run': () => runPage(resultOf()),
  'of a run that oversold': () => runPage(resultOf(OVERSOLD)),
  'of several runs': () => runsPage([resultOf(), resultOf(OVERSOLD)], 2, '.'),
  'of a benchmark': () => reportPage(recordOf()),
  'of a benchmark whose books do not balance': () => reportPage(lostOrderRecord()),
};

describe('the report in a browser', () => {
  const folder = temporaryFolder('report');
  const file = path.join(folder.path, 'report.html');
  let browser: Browser;
  let report: ReportPage;

  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  afterEach(() => report.close());

  const open = async (html: string, reader: Reader) => {
    writeFileSync(file, html);
    report = await ReportPage.open(browser, file, reader);
    return report;
  };
  const pagesAndReaders = Object.entries(PAGES).flatMap(([name, html]) =>
    READERS.map((reader) => ({ name, html, reader, ...reader })),
  );

  test.each(pagesAndReaders)(
    '$name, $width px wide and $colorScheme, needs no network, fits, and is accessible',
    async ({ html, reader }) => {
      const { page, complaints } = await open(html(), reader);
      expect(await overflowOf(report.page)).toBeLessThanOrEqual(0);
      for (const details of await page.locator('details').all()) await details.locator('summary').click();
      expect(await violationsOn(report.page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
    AXE_TIMEOUT_MS,
  );

  test.each(Object.entries(PAGES))(
    '%s prints, in light colours whatever the screen is',
    async (_name, html) => {
      const { page, complaints } = await open(html(), { width: DESKTOP, colorScheme: 'dark' });
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const colour = (name: string) =>
        page.evaluate<string>(
          `getComputedStyle(document.documentElement).getPropertyValue('${name}').trim()`,
        );
      expect([await colour('--page'), await colour('--series-1')]).toEqual(['#ffffff', '#2749d0']);
      expect(complaints).toEqual([]);
    },
  );

  test('writes out on paper what is folded away on the screen', async () => {
    const { page } = await open(PAGES['of a run'](), { width: DESKTOP, colorScheme: 'light' });
    const heightOf = async () => (await page.locator('details').first().boundingBox())?.height ?? 0;
    const folded = await heightOf();
    await page.emulateMedia({ media: 'print' });
    expect(await heightOf()).toBeGreaterThan(5 * folded);
  });

  test('draws for a phone what a phone can show', async () => {
    const drawings = async (reader: Reader) => {
      const { page } = await open(PAGES['of a run'](), reader);
      const count = (kind: string) => page.locator(`figure > svg.${kind}:visible`).count();
      return { wide: await count('wide'), narrow: await count('narrow') };
    };
    expect(await drawings({ width: PHONE, colorScheme: 'light' })).toEqual({ wide: 0, narrow: 3 });
    await report.close();
    expect(await drawings({ width: DESKTOP, colorScheme: 'light' })).toEqual({ wide: 3, narrow: 0 });
  });

  test('gives each chart a name and a description', async () => {
    const { page } = await open(PAGES['of a benchmark'](), { width: DESKTOP, colorScheme: 'light' });
    const charts = await page.locator('figure').all();
    expect(charts.length).toBeGreaterThan(5);
    for (const chart of charts) {
      const image = chart.getByRole('img');
      expect(await image.getAttribute('aria-label')).toMatch(/\w+/);
      const description = await image.getAttribute('aria-describedby');
      expect(await page.locator(`#${description ?? ''}`).textContent()).toMatch(/\.$/);
    }
  });
});

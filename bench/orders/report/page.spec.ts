import { describe, expect, it } from '@jest/globals';
import { lostOrderRecord, recordOf } from '../../../test/bench/stored-record.js';
import { reportPage } from './page.js';

describe('the page', () => {
  it('needs nothing but itself', () => {
    const page = reportPage(recordOf());
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|url\((?!#)|@import/);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(page).toContain('A &lt;fast&gt; one');
  });

  it('shows throughput against concurrency, shares of the ceiling, waits, batches and costs', () => {
    const page = reportPage(recordOf());
    const figures = [...page.matchAll(/<figure id="([^"]+)"/g)].map(([, id]) => id);
    expect(figures).toEqual([
      'throughput',
      'throughput-log',
      'share-concurrency',
      'p99',
      'batch',
      'processor',
      'share-sold-out',
      'rate-sale-page',
    ]);
  });

  it('marks the bar that the default strategy is to reach', () => {
    const { options } = recordOf();
    const markOf = (page: string) =>
      /id="share-sold-out".*?<\/figure>/s.exec(page)?.[0].includes('class="mark"');
    expect(markOf(reportPage(recordOf()))).toBe(true);
    expect(markOf(reportPage(recordOf({ options: { ...options, crowd: 100 } })))).toBe(false);
  });

  it('says first when the books do not balance', () => {
    const page = reportPage(lostOrderRecord());
    expect(page).toContain('The books do not balance');
    expect(page).toContain('1 order &lt;is&gt; lost');
  });
});

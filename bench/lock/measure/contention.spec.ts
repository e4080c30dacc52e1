import { describe, expect, it } from '@jest/globals';
import { contentionOf, overlapsOf, type Acquisition } from './contention.js';

const took = (waiter: number, askedMs: number, startedMs: number, endedMs: number): Acquisition => ({
  waiter,
  askedMs,
  startedMs,
  endedMs,
});

describe('a contended cell', () => {
  it('counts what was granted in the window, and nothing before or after it', () => {
    const figures = contentionOf(
      [took(0, 80, 99, 100), took(1, 90, 100, 110), took(0, 100, 199, 205), took(1, 195, 206, 207)],
      { fromMs: 100, toMs: 200 },
    );
    expect(figures.perSecond).toBe(20);
    expect(figures.waitMeanMs).toBe(54.5);
    expect(figures.waitLongestMs).toBe(99);
    expect(figures.longestToMean).toBeCloseTo(99 / 54.5);
  });

  it('counts a wait that had not ended for the longest, as far as it had come', () => {
    const figures = contentionOf([took(0, 190, 191, 192), took(1, 20, 500, 501)], { fromMs: 100, toMs: 200 });
    expect(figures.waitLongestMs).toBe(180);
    expect(figures.waitMeanMs).toBe(1);
  });

  it('tells how much of the time somebody was at work', () => {
    const figures = contentionOf([took(0, 0, 10, 30), took(1, 0, 40, 70)], { fromMs: 0, toMs: 100 });
    expect(figures.busyShare).toBe(0.5);
  });

  it('sees who got the lock again at once', () => {
    const turns = [took(0, 0, 1, 2), took(0, 2, 3, 4), took(1, 0, 5, 6), took(0, 4, 7, 8), took(0, 8, 9, 10)];
    expect(contentionOf(turns, { fromMs: 0, toMs: 100 }).againShare).toBe(0.5);
  });

  it('finds every holder that began before another had ended', () => {
    expect(overlapsOf([took(0, 0, 10, 20), took(1, 0, 20, 30)])).toBe(0);
    expect(overlapsOf([took(1, 0, 19, 30), took(0, 0, 10, 20)])).toBe(1);
    expect(overlapsOf([took(0, 0, 10, 90), took(1, 0, 20, 30), took(2, 0, 40, 50)])).toBe(2);
  });
});

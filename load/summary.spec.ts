import { describe, expect, it } from '@jest/globals';
import { mean, median, percentile, summaryOf } from './summary.js';

describe('a summary', () => {
  it('takes the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it('takes percentiles by the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 1, 50, 99, 100].map((percent) => percentile(values, percent))).toEqual([1, 1, 50, 99, 100]);
    expect(percentile([], 50)).toBeNaN();
  });

  it('sorts numbers as numbers', () => {
    expect(summaryOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
    expect(mean([1, 2, 6])).toBe(3);
  });
});

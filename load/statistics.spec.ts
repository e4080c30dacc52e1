import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LatencyHistogram } from './statistics.js';

describe('the latency histogram', () => {
  it('is all zero without a value', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.summary()).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
    expect(histogram.curve()).toEqual([]);
  });

  it('agrees with the sorted values to a thousandth', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(50, 90, 99, 100),
        (values, percentile) => {
          const histogram = new LatencyHistogram();
          for (const value of values) histogram.record(value);
          const sorted = [...values].sort((a, b) => a - b);
          const rank = Math.max(1, Math.floor((percentile / 100) * sorted.length + 0.5));
          const exact = sorted[rank - 1] ?? 0;
          expect(Math.abs(histogram.percentile(percentile) - exact)).toBeLessThanOrEqual(
            exact * 0.002 + 0.002,
          );
        },
      ),
    );
  });

  it('has a curve that never falls and ends at the longest value', () => {
    const histogram = new LatencyHistogram();
    for (const value of [5, 1, 300, 20, 20, 7]) histogram.record(value);
    const curve = histogram.curve().map(({ ms }) => ms);
    expect(curve).toEqual([...curve].sort((a, b) => a - b));
    expect(curve.at(-1)).toBe(300);
  });

  it('counts a wait beyond its range as the longest it knows', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1e12);
    expect(histogram.summary().max).toBe(3_600_000);
  });
});

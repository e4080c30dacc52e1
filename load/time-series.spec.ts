import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergePoints, TimeSeries } from './time-series.js';

describe('the time series', () => {
  it('has no gaps', () => {
    const series = new TimeSeries();
    series.add(0, 'offered');
    series.add(35, 'accepted');
    expect(series.points().map(({ atMs }) => atMs)).toEqual([0, 10, 20, 30]);
    expect(series.points()[3]).toMatchObject({ accepted: 1, offered: 0 });
  });

  it('loses no event and stays small, however long it gets', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 4e6, noNaN: true }), { maxLength: 100 }), (times) => {
        const series = new TimeSeries();
        for (const atMs of times) series.add(atMs, 'acceptedUnits', 3);
        const points = series.points();
        expect(points.length).toBeLessThanOrEqual(2_000);
        expect(points.reduce((sum, { acceptedUnits }) => sum + acceptedUnits, 0)).toBe(3 * times.length);
        expect(points.every(({ atMs }, index) => atMs === index * series.bucketMs)).toBe(true);
      }),
    );
  });

  it('adds neighbours up', () => {
    const series = new TimeSeries();
    for (const atMs of [1, 11, 21]) series.add(atMs, 'refused');
    expect(mergePoints(series.points(), 2).map(({ atMs, refused }) => [atMs, refused])).toEqual([
      [0, 2],
      [20, 1],
    ]);
  });
});

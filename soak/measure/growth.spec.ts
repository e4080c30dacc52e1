import { describe, expect, test } from '@jest/globals';
import { randomOf } from '#load';
import { growthOf, unitCostOf } from './growth.js';
import type { Point } from './sampler.js';

const HOUR_MS = 3_600_000;
const SAMPLES = 360;
const ALLOWED = { share: 0.1, amount: 8 };

/** An hour of samples, each with some noise. */
function series(value: (hours: number) => number, noise = 5, samples = SAMPLES): Point[] {
  const random = randomOf(1);
  return Array.from({ length: samples }, (_, index) => {
    const hours = index / samples;
    return [hours * HOUR_MS, value(hours) + noise * (random.fraction() - 0.5)];
  });
}

const verdict = (points: Point[]) => growthOf({ name: 'memory', unit: 'MB', points, allowed: ALLOWED }).flat;

describe('a measure over an hour', () => {
  test('is flat where it only trembles', () => {
    expect(verdict(series(() => 120))).toBe(true);
    expect(verdict(series(() => 120, 40))).toBe(true);
  });

  test('is flat where it rose in the first half and rests in the second', () => {
    expect(verdict(series((hours) => (hours < 0.4 ? 60 + 200 * hours : 140)))).toBe(true);
  });

  test('is flat where single samples stand out, as those of faults do', () => {
    const points = series(() => 20, 1).map(([atMs, value], index): Point => [
      atMs,
      index % 6 === 0 ? 900 : value,
    ]);
    expect(verdict(points)).toBe(true);
  });

  test('is flat where it falls', () => {
    expect(verdict(series((hours) => 200 - 100 * hours))).toBe(true);
  });

  test('grows where a little is lost with every order', () => {
    const points = series((hours) => 120 + 60 * hours);
    expect(verdict(points)).toBe(false);
    const { before, after, perHour } = growthOf({ name: 'memory', unit: 'MB', points, allowed: ALLOWED });
    expect(perHour).toBeCloseTo(60, -1);
    expect(after - before).toBeCloseTo(15, 0);
  });

  test('grows where what is lost hides behind a saw’s teeth', () => {
    expect(verdict(series((hours) => 60 + 50 * hours + 30 * ((hours * 40) % 1)))).toBe(false);
  });

  test('is not judged by a few samples', () => {
    expect(verdict(series((hours) => 120 + 600 * hours, 1, 40))).toBeNull();
    expect(verdict([])).toBeNull();
  });
});

describe('what an order costs', () => {
  const orders = series((hours) => 20_000 * hours, 0);
  const cost = (bytes: (orders: number) => number) =>
    unitCostOf('an order', 'bytes', {
      added: orders,
      cost: orders.map(([atMs, count]): Point => [atMs, bytes(count)]),
    });

  test('is constant where the record grows in a straight line, whatever was there before', () => {
    const { constant, quarters } = cost((count) => 3_000_000 + 2_500 * count);
    expect(constant).toBe(true);
    expect(quarters.map(Math.round)).toEqual([2_500, 2_500, 2_500, 2_500]);
  });

  test('grows where each costs more than the one before', () => {
    expect(cost((count) => 1_000 * count + 0.1 * count ** 2).constant).toBe(false);
  });

  test('is not judged by a few', () => {
    const few = series((hours) => 1_000 * hours, 0);
    expect(unitCostOf('an order', 'bytes', { added: few, cost: few }).constant).toBeNull();
  });
});

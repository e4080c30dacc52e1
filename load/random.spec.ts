import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_SEED, randomOf } from './random.js';

const seeds = fc.integer({ min: 0, max: MAX_SEED });

describe('seeded randomness', () => {
  it('makes the same choices for the same seed, and others for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const numbers = (start: number) => {
          const random = randomOf(start);
          return Array.from({ length: 5 }, () => random.fraction());
        };
        expect(numbers(seed)).toEqual(numbers(seed));
        expect(numbers(seed)).not.toEqual(numbers((seed + 1) % MAX_SEED));
      }),
    );
  });

  it('stays within its bounds and reaches all of them', () => {
    const random = randomOf(7);
    const drawn = Array.from({ length: 1_000 }, () => random.below(5));
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('picks values at most once each', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.integer()), fc.nat(20), (seed, values, count) => {
        const picked = randomOf(seed).pick(values, count);
        expect(picked).toHaveLength(Math.min(count, values.length));
        expect(new Set(picked).size).toBe(picked.length);
        expect(values).toEqual(expect.arrayContaining(picked));
      }),
    );
  });
});

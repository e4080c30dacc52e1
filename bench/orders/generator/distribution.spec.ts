import { describe, expect, it } from '@jest/globals';
import { randomOf } from '#load';
import { drawerOf, type Distribution } from './distribution.js';

function draw(distribution: Distribution, items: number, times: number): number[][] {
  return Array.from({ length: times }, drawerOf(distribution, items, randomOf(11)));
}

describe('the items of an order', () => {
  it('are the one there is', () => {
    expect(draw('one', 1, 3)).toEqual([[0], [0], [0]]);
  });

  it('follow Zipf: the k-th is asked for 1/k as often as the first', () => {
    const counts = new Array<number>(1_000).fill(0);
    for (const [item = 0] of draw('zipf', 1_000, 200_000)) counts[item] = (counts[item] ?? 0) + 1;
    const [first = 0] = counts;
    expect(first / 200_000).toBeCloseTo(1 / 7.485, 2); // the sum of 1/k up to 1,000
    expect((counts[1] ?? 0) / first).toBeCloseTo(1 / 2, 1);
    expect((counts[9] ?? 0) / first).toBeCloseTo(1 / 10, 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200_000);
  });

  it('are three different ones in a cart, each as likely as any other', () => {
    const seen = new Set<number>();
    for (const cart of draw('cart', 100, 2_000)) {
      expect(new Set(cart).size).toBe(3);
      for (const item of cart) seen.add(item);
    }
    expect(seen.size).toBe(100);
  });
});

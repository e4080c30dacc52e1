import type { Random } from '#load';

/** Which items an order names, as numbers from 0. */
export type Distribution = 'one' | 'zipf' | 'cart';

const CART_LINES = 3;

/** @returns draws the items of one order: always the first, one by Zipf's law (s = 1), or three different ones */
export function drawerOf(distribution: Distribution, items: number, random: Random): () => number[] {
  switch (distribution) {
    case 'one':
      return () => [0];
    case 'zipf': {
      const cumulative = zipfOf(items);
      return () => [placeOf(cumulative, random.fraction())];
    }
    case 'cart':
      return () => distinct(Math.min(CART_LINES, items), items, random);
  }
}

/** How likely each rank or a better one is: the k-th item is asked for 1/k as often as the first. */
function zipfOf(items: number): number[] {
  const weights = Array.from({ length: items }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

/** The first place whose value is above `fraction`. */
function placeOf(cumulative: readonly number[], fraction: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 1) > fraction) high = middle;
    else low = middle + 1;
  }
  return low;
}

function distinct(count: number, limit: number, random: Random): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.below(limit));
  return [...drawn];
}

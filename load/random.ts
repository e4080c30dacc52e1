/** Seeded randomness: the same seed makes the same choices, on every machine. Not for secrets. */
export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  fraction(): number;
  /** A whole number from 0 (inclusive) to `limit` (exclusive); `limit` is at least 1. */
  below(limit: number): number;
  /** `count` of `values`, each at most once, in random order. */
  pick<T>(values: readonly T[], count: number): T[];
}

/** The largest seed: 32 bits. */
export const MAX_SEED = 0xffff_ffff;

/** sfc32 by Chris Doty-Humphrey: 128 bits of state, passes PractRand; the first numbers are thrown away to mix the seed. */
export function randomOf(seed: number): Random {
  let a = seed | 0;
  let b = ~seed | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 16; i += 1) next();
  const below = (limit: number): number => Math.floor(next() * limit);
  return { fraction: next, below, pick: (values, count) => pick(values, count, below) };
}

/** The first `count` steps of a Fisher–Yates shuffle. */
function pick<T>(values: readonly T[], count: number, below: (limit: number) => number): T[] {
  const rest = [...values];
  const length = Math.min(count, rest.length);
  for (let i = 0; i < length; i += 1) {
    const other = i + below(rest.length - i);
    [rest[i], rest[other]] = [rest[other] as T, rest[i] as T];
  }
  return rest.slice(0, length);
}

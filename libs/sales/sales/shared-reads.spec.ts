import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { SharedReads } from './shared-reads.js';

describe('reads that are shared', () => {
  let stock: number;
  let begun: string[];
  let underWay: { settle: () => void; fail: (error: Error) => void }[];
  let reads: SharedReads<number>;

  beforeEach(() => {
    [stock, begun, underWay] = [5, [], []];
    reads = new SharedReads((key) => {
      begun.push(key);
      const seen = stock;
      return new Promise<number>((resolve, fail) => {
        underWay.push({ settle: () => resolve(seen), fail });
      });
    });
  });

  test('are two for a thousand that ask at once: the first, and one for all the others', async () => {
    const answers = Promise.all(Array.from({ length: 1_000 }, () => reads.read('sale')));
    underWay[0]?.settle();
    await turn();
    underWay[1]?.settle();
    expect(new Set(await answers)).toEqual(new Set([5]));
    expect(begun).toEqual(['sale', 'sale']);
  });

  test('never answer with what was read before the question', async () => {
    const early = reads.read('sale');
    stock = 4;
    const late = reads.read('sale');
    underWay[0]?.settle();
    await turn();
    underWay[1]?.settle();
    expect([await early, await late]).toEqual([5, 4]);
  });

  test('begin afresh when nobody asked meanwhile', async () => {
    for (const left of [5, 4]) {
      stock = left;
      const answer = reads.read('sale');
      underWay.at(-1)?.settle();
      expect(await answer).toBe(left);
      await turn();
    }
  });

  test('do not wait for those of another key', async () => {
    void reads.read('slow');
    const other = reads.read('other');
    underWay[1]?.settle();
    expect(await other).toBe(5);
  });

  test('fail for those who shared them alone', async () => {
    const first = reads.read('sale');
    const [second, third] = [reads.read('sale'), reads.read('sale')];
    const heard = Promise.allSettled([first, second, third]);
    underWay[0]?.fail(new Error('away'));
    await turn();
    underWay[1]?.settle();
    expect((await heard).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});

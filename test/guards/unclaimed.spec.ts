import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { takeStock } from '#inventory';
import type { SqlExecutor } from '#platform';
import { GuardBench, kinds, request, signal, without, type Switches } from './bench.js';

/** The guards of those who read before they have claimed anything. The CHECK, which would save them, is away. */
describe('of a transaction that claims nothing beforehand', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
    await bench.sql.query('ALTER TABLE stock_level DROP CONSTRAINT stock_level_reserved_within_on_hand');
  });

  afterAll(async () => {
    await bench.close();
  });

  describe('the condition', () => {
    const noCondition = {
      'inventory/take': without('s.on_hand - s.reserved >= asked.quantity', 'true'),
    };

    const raceFor = async (stock: number, switches: Switches) => {
      const offer = await bench.offer(stock);
      const options = { guard: 'condition' } as const;
      const outcomes = await bench.race(request(offer), request(offer), switches, options);
      return { outcomes: kinds(outcomes), ...(await bench.units(offer.itemId)) };
    };

    test('takes back an order for a unit that was taken since it was read, to be decided again', async () => {
      expect(await raceFor(1, {})).toMatchObject({
        outcomes: ['accepted', 'StockTakenError'],
        reserved: 1,
        ordered: 1,
      });
    });

    test('sees it too when it had to wait for the row', async () => {
      const offer = await bench.offer(1);
      const [written, landing] = [signal(), signal()];
      const guard = 'condition';
      const beforeCommit = () => {
        written.fire();
        return landing.fired;
      };
      const first = bench.place(request(offer), {}, { guard, beforeCommit });
      await written.fired;
      const second = bench.place(request(offer), {}, { guard }).catch((error: unknown) => error as Error);
      await Promise.race([second, sleep(200)]);
      landing.fire();
      expect(kinds([await first, await second])).toEqual(['accepted', 'StockTakenError']);
    });

    test('lets both have a unit where there are two', async () => {
      expect(await raceFor(2, {})).toMatchObject({ outcomes: ['accepted', 'accepted'], reserved: 2 });
    });

    test('oversells when it is taken away', async () => {
      expect(await raceFor(1, { mutations: noCondition })).toMatchObject({
        outcomes: ['accepted', 'accepted'],
        onHand: 1,
        ordered: 2,
      });
    });
  });

  describe('the version (with the condition away)', () => {
    const noCondition = without('s.on_hand - s.reserved >= asked.quantity', 'true');
    const noVersion = without('s.version = coalesce(asked.version, s.version)', 'true');

    const raceForTheLast = async (mutate: (text: string) => string) => {
      const offer = await bench.offer(1);
      const switches = { mutations: { 'inventory/take': mutate } };
      const options = { guard: 'version' } as const;
      const outcomes = await bench.race(request(offer), request(offer), switches, options);
      return { outcomes: kinds(outcomes), ...(await bench.units(offer.itemId)) };
    };

    test('takes back what was decided on a row that others have changed', async () => {
      expect(await raceForTheLast(noCondition)).toMatchObject({
        outcomes: ['accepted', 'StockTakenError'],
        ordered: 1,
      });
    });

    test('oversells when it is taken away', async () => {
      expect(await raceForTheLast((text) => noVersion(noCondition(text)))).toMatchObject({
        outcomes: ['accepted', 'accepted'],
        onHand: 1,
        ordered: 2,
      });
    });
  });

  describe('the order in which rows are locked', () => {
    const take = (sql: SqlExecutor, itemIds: readonly string[]) =>
      takeStock(
        sql,
        itemIds.map((itemId) => ({ itemId, quantity: 1, version: undefined })),
      );

    test('is that of the items, whatever the order of the lines', async () => {
      expect(await bench.cross(take)).toEqual(['fulfilled', 'fulfilled']);
    });

    test('ends in a deadlock when it is another one', async () => {
      const descending = without('ORDER BY item_id', 'ORDER BY item_id DESC');
      expect(await bench.cross(take, descending)).toContain('rejected');
    });
  });

  describe('the claim behind an unanswered COMMIT', () => {
    /** The first has written and its COMMIT is still in flight when the same order runs again, the sale being paused. */
    const runAgain = async (guard: 'claim' | 'condition', mustWrite: boolean) => {
      const offer = await bench.offer(5);
      const order = request(offer);
      const [written, landing] = [signal(), signal()];
      const first = bench.place(
        order,
        {},
        {
          guard,
          beforeCommit: () => {
            written.fire();
            return landing.fired;
          },
        },
      );
      await written.fired;
      await bench.sql.query('UPDATE sale SET paused = true WHERE id = $1', [offer.saleId]);
      const second = bench.place(order, {}, { guard, mustWrite });
      await Promise.race([second, sleep(200)]);
      landing.fire();
      return kinds([await first, await second]);
    };

    test.each(['claim', 'condition'] as const)('waits for it, whatever the guard: %s', async (guard) => {
      expect(await runAgain(guard, true)).toEqual(['accepted', 'replayed']);
    });

    test('misses the order without it, and refuses what is being written', async () => {
      expect(await runAgain('condition', false)).toEqual(['accepted', 'sale_paused']);
    });
  });
});

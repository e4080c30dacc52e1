import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { claimStock, StaleFenceError } from '#inventory';
import { Deadline, DeadlineError, isPurchaseLimitRace } from '#orders';
import { violatedConstraint, type SqlExecutor } from '#platform';
import { GuardBench, kinds, request, without, type Mutations, type Switches } from './bench.js';

/**
 * The guards mask each other, so each stands here alone: those that would save it are switched off, it is seen to
 * hold, and then it is taken away too and the same scenario is seen to break.
 */
describe('the guards of the order transaction', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
  });

  afterAll(async () => {
    await bench.close();
  });

  const noRowLock = { 'inventory/claim': without('FOR UPDATE OF s') };
  const noCheck = 'ALTER TABLE stock_level DROP CONSTRAINT IF EXISTS stock_level_reserved_within_on_hand';
  const withCheck = `${noCheck};
    ALTER TABLE stock_level ADD CONSTRAINT stock_level_reserved_within_on_hand
    CHECK (0 <= reserved AND reserved <= on_hand) NOT VALID`;

  describe('the row lock (with the CHECK away)', () => {
    beforeAll(() => bench.sql.query(noCheck));
    afterAll(() => bench.sql.query(withCheck));

    const raceForTheLast = async (switches: Switches) => {
      const offer = await bench.offer(1);
      const outcomes = await bench.race(request(offer), request(offer), switches);
      return { outcomes: kinds(outcomes), ...(await bench.units(offer.itemId)) };
    };

    test('makes the second of two orders for the last unit read what the first has left', async () => {
      expect(await raceForTheLast({})).toMatchObject({
        outcomes: ['accepted', 'sold_out'],
        reserved: 1,
        ordered: 1,
      });
    });

    test('oversells when it is taken away', async () => {
      expect(await raceForTheLast({ mutations: noRowLock })).toMatchObject({
        outcomes: ['accepted', 'accepted'],
        onHand: 1,
        ordered: 2,
      });
    });
  });

  describe('the order in which rows are claimed', () => {
    const claim = (sql: SqlExecutor, itemIds: readonly string[]) =>
      claimStock(
        sql,
        itemIds.map((itemId) => ({ itemId, fence: undefined })),
      );

    test('is that of the items, whatever the order of the claims', async () => {
      expect(await bench.cross(claim)).toEqual(['fulfilled', 'fulfilled']);
    });

    test('ends in a deadlock when it is another one', async () => {
      const descending = without('ORDER BY s.item_id', 'ORDER BY s.item_id DESC');
      expect(await bench.cross(claim, descending)).toContain('rejected');
    });
  });

  describe('the fresh read behind the lock (with the limit’s condition away)', () => {
    const noCondition = {
      'placement/record': without(
        'WHERE p.quantity + excluded.quantity <= coalesce(',
        'WHERE 0 <= coalesce(',
      ),
    };

    const raceForTheLimit = async (switches: Switches) => {
      const offer = await bench.offer(10, { purchaseLimit: 3 });
      const buyerId = randomUUID();
      const order = () => request(offer, { buyerId, quantity: 3 });
      return kinds(await bench.race(order(), order(), { mutations: noCondition, ...switches }));
    };

    test('sees what the transaction before it bought', async () => {
      expect(await raceForTheLimit({})).toEqual(['accepted', 'purchase_limit_reached']);
    });

    test('lets a limit of 3 become 6 when claim and read are one statement', async () => {
      expect(await raceForTheLimit({ readBeforeLock: true })).toEqual(['accepted', 'accepted']);
    });
  });

  describe('the CHECK reserved <= on_hand (with the row lock away)', () => {
    const raceForTheLast = async () => {
      const offer = await bench.offer(1);
      return kinds(await bench.race(request(offer), request(offer), { mutations: noRowLock }));
    };

    test('refuses the unit that is not there', async () => {
      expect(await raceForTheLast()).toEqual(['accepted', 'stock_level_reserved_within_on_hand']);
    });

    test('oversells when it is taken away', async () => {
      await bench.sql.query(noCheck);
      try {
        expect(await raceForTheLast()).toEqual(['accepted', 'accepted']);
      } finally {
        await bench.sql.query(withCheck);
      }
    });

    test('refuses a negative reservation', async () => {
      const { itemId } = await bench.offer(1);
      await expect(
        bench.sql.query('UPDATE stock_level SET reserved = -1 WHERE item_id = $1', [itemId]),
      ).rejects.toMatchObject({ constraint: 'stock_level_reserved_within_on_hand' });
    });
  });

  describe('the fence', () => {
    const placeWithFence = async (switches: Switches) => {
      const offer = await bench.offer(10);
      const place = (fence: number) =>
        bench.place(request(offer), switches, { fences: new Map([[offer.itemId, fence]]) });
      await place(7);
      return place(6).catch((error: unknown) => error as Error);
    };

    test('refuses a holder whose successor has written, and says what to reach', async () => {
      const error = await placeWithFence({});
      expect(error).toBeInstanceOf(StaleFenceError);
      expect([...(error as StaleFenceError).floors.values()]).toEqual([8]);
    });

    test('lets the late holder write when it is taken away', async () => {
      const noFence = { 'inventory/claim': without('asked.fence < s.fence', 'false') };
      expect(await placeWithFence({ mutations: noFence })).toMatchObject({ kind: 'accepted' });
    });

    test('accepts the same grant again, a later one, and none', async () => {
      const offer = await bench.offer(10);
      const place = (fence?: number) =>
        bench.place(request(offer), {}, fence ? { fences: new Map([[offer.itemId, fence]]) } : {});
      for (const fence of [7, 7, 9, undefined, 9]) expect((await place(fence)).kind).toBe('accepted');
      await expect(place(8)).rejects.toBeInstanceOf(StaleFenceError);
    });
  });

  describe('the deadline', () => {
    test('leaves nothing behind when it passes before the claim or before the write', async () => {
      const offer = await bench.offer(10);
      const deadline = Deadline.after(50);
      const late = bench.place(request(offer), {}, { deadline, beforeWrite: () => sleep(100) });
      await expect(late).rejects.toBeInstanceOf(DeadlineError);
      await expect(bench.place(request(offer), {}, { deadline })).rejects.toBeInstanceOf(DeadlineError);
      expect(await bench.units(offer.itemId)).toMatchObject({ reserved: 0, orders: 0 });
    });
  });

  describe('the second run behind an unanswered COMMIT', () => {
    const versionAfter = async (mustWrite: boolean) => {
      const offer = await bench.offer(0);
      expect(await bench.place(request(offer), {}, { mustWrite })).toMatchObject({ code: 'sold_out' });
      const sql = 'SELECT version::integer FROM stock_level WHERE item_id = $1';
      return (await bench.sql.query<{ version: number }>(sql, [offer.itemId])).rows[0]?.version;
    };

    test('writes in any case, so that its own COMMIT reaches the disk and the replicas', async () => {
      expect(await versionAfter(true)).toBe(1);
    });

    test('is alone in that: a refusal writes nothing', async () => {
      expect(await versionAfter(false)).toBe(0);
    });
  });

  describe('the unique key of buyer and idempotency key (with the look-up away)', () => {
    const noLookUp = {
      'placement/snapshot': without(
        ') AS placed) AS found) AS placed',
        ') AS placed WHERE false) AS found) AS placed',
      ),
    };

    const placeTwice = async () => {
      const offer = await bench.offer(10);
      const same = { buyerId: randomUUID(), idempotencyKey: randomUUID() };
      const place = () => bench.place(request(offer, same), { mutations: noLookUp });
      return kinds([await place(), await place().catch((error: unknown) => error as Error)]);
    };

    test('allows one order', async () => {
      expect(await placeTwice()).toEqual(['accepted', 'customer_order_idempotency_recent']);
    });

    test('doubles the order when it is taken away', async () => {
      await bench.sql.query('DROP INDEX customer_order_idempotency_recent');
      try {
        expect(await placeTwice()).toEqual(['accepted', 'accepted']);
      } finally {
        await bench.sql.query('DELETE FROM customer_order WHERE NOT archived');
        await bench.sql.query(
          `CREATE UNIQUE INDEX customer_order_idempotency_recent
           ON customer_order (buyer_id, idempotency_key) WHERE NOT archived`,
        );
      }
    });
  });

  describe('the last look at the keys of archived orders', () => {
    /** The second has read before the first one's COMMIT; by the time it writes, the first has been archived. */
    const placeAround = async (mutations: Mutations) => {
      const offer = await bench.offer(10);
      const elsewhere = await bench.offer(10); // no row lock in common
      const same = { buyerId: randomUUID(), idempotencyKey: randomUUID() };
      const archived = async () => {
        await bench.place(request(offer, same));
        await bench.sql.query('UPDATE customer_order SET archived = true WHERE buyer_id = $1', [
          same.buyerId,
        ]);
      };
      const second = bench.place(request(elsewhere, same), { mutations }, { beforeWrite: archived });
      return second.catch((error: unknown) => error as Error);
    };

    test('finds the order that has come into being and been archived since it was read', async () => {
      expect(await placeAround({})).toMatchObject({ kind: 'replayed' });
    });

    test('doubles the order when it is taken away', async () => {
      const noLastLook = {
        'placement/refuse-archived-keys': without('WHERE placed.archived', 'WHERE false'),
      };
      expect(await placeAround(noLastLook)).toMatchObject({ kind: 'accepted' });
    });
  });

  describe('the unique key of an order’s movements', () => {
    const reserveAgain = async () => {
      const offer = await bench.offer(10);
      const order = request(offer);
      await bench.place(order);
      return bench.sql
        .query(
          `INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta)
           VALUES ($1, $2, $3, 'reserve', 0, 1)`,
          [randomUUID(), offer.itemId, order.orderId],
        )
        .then(
          () => 'written',
          (error: unknown) => violatedConstraint(error),
        );
    };

    test('lets an order reserve a line once', async () => {
      expect(await reserveAgain()).toBe('stock_movement_once');
    });

    test('lets it reserve twice when it is taken away', async () => {
      await bench.sql.query('DROP INDEX stock_movement_once');
      expect(await reserveAgain()).toBe('written');
    });
  });

  describe('the purchase limit’s condition (with row lock and fresh read away)', () => {
    const raceForTheLimit = async (switches: Switches, quantities: [number, number]) => {
      const offer = await bench.offer(10, { purchaseLimit: 3 });
      const buyerId = randomUUID();
      const [first, second] = quantities.map((quantity) => request(offer, { buyerId, quantity }));
      if (!first || !second) throw new Error('two orders race');
      const outcomes = await bench.race(first, second, switches);
      const raced = outcomes.some(isPurchaseLimitRace);
      return { outcomes: kinds(outcomes), raced };
    };

    test('aborts what would pass the limit', async () => {
      const { outcomes, raced } = await raceForTheLimit({ mutations: noRowLock }, [2, 2]);
      expect([outcomes, raced]).toEqual([['accepted', 'error'], true]);
    });

    test('lets through what stays within it', async () => {
      const { outcomes } = await raceForTheLimit({ mutations: noRowLock }, [2, 1]);
      expect(outcomes).toEqual(['accepted', 'accepted']);
    });

    test('lets a limit of 3 become 4 when it is taken away', async () => {
      const noCondition = {
        ...noRowLock,
        'placement/record': without(
          'WHERE p.quantity + excluded.quantity <= coalesce(',
          'WHERE 0 <= coalesce(',
        ),
      };
      const { outcomes } = await raceForTheLimit({ mutations: noCondition }, [2, 2]);
      expect(outcomes).toEqual(['accepted', 'accepted']);
    });
  });

  describe('the CHECK held <= allotment (with the row lock away)', () => {
    const raceForTheAllotment = async () => {
      const offer = await bench.offer(10, { allotment: 1 });
      return kinds(await bench.race(request(offer), request(offer), { mutations: noRowLock }));
    };

    test('refuses what passes the allotment', async () => {
      expect(await raceForTheAllotment()).toEqual(['accepted', 'sale_item_held_within_allotment']);
    });

    test('passes the allotment when it is taken away', async () => {
      await bench.sql.query('ALTER TABLE sale_item DROP CONSTRAINT sale_item_held_within_allotment');
      expect(await raceForTheAllotment()).toEqual(['accepted', 'accepted']);
    });
  });
});

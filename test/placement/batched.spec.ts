import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StaleFenceError } from '#inventory';
import { LockManager } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import {
  BatchedStrategy,
  Deadline,
  DeadlineError,
  Waiter,
  type Attempt,
  type Outcome,
  type PlacementRequest,
} from '#orders';
import { Metrics } from '#platform';
import { GuardBench, request } from '../guards/bench.js';
import { testRedisUrl } from '../support/database.js';

const OPTIONS = { batchSize: 100, deadlineMs: 5_000, leaseMs: 2_000 };

describe('batched', () => {
  let bench: GuardBench;
  let locks: LockManager;
  let metrics: Metrics;
  let strategy: BatchedStrategy;

  beforeAll(async () => {
    bench = await GuardBench.open();
  });

  afterAll(async () => {
    await bench.close();
  });

  beforeEach(() => {
    locks = new LockManager(new RedisLockProvider({ url: testRedisUrl() }));
    metrics = new Metrics();
    strategy = new BatchedStrategy(locks, bench.database, metrics, OPTIONS);
  });

  afterEach(async () => {
    await locks.close();
  });

  function place(order: PlacementRequest, attempt: Partial<Attempt> = {}): Promise<Outcome> {
    const waiter = new Waiter(() => () => undefined);
    const usual = {
      deadline: Deadline.after(OPTIONS.deadlineMs),
      floors: new Map(),
      mustWrite: false,
      waiter,
    };
    return strategy.attempt(order, { ...usual, ...attempt });
  }

  const kindsOf = async (orders: Promise<Outcome>[]) =>
    (await Promise.allSettled(orders)).map((end) =>
      end.status === 'fulfilled' ? end.value.kind : (end.reason as Error).name,
    );

  async function batches(): Promise<{ count: number; orders: number }> {
    const { values } = await metrics.laneBatchOrders.get();
    const valueOf = (end: string) => values.find(({ metricName }) => metricName?.endsWith(end))?.value ?? 0;
    return { count: valueOf('_count'), orders: valueOf('_sum') };
  }

  test('places what waits together in one transaction, first come first served', async () => {
    const offer = await bench.offer(30);
    const orders = Array.from({ length: 50 }, () => request(offer));
    const kinds = await kindsOf(orders.map((order) => place(order)));
    expect(kinds).toEqual([...Array<string>(30).fill('accepted'), ...Array<string>(20).fill('refused')]);
    expect(await batches()).toEqual({ count: 1, orders: 50 });
    expect(await bench.units(offer.itemId)).toMatchObject({ reserved: 30, ordered: 30, orders: 30 });
    const { rows } = await bench.sql.query(
      'SELECT DISTINCT xmin::text FROM customer_order WHERE sale_id = $1',
      [offer.saleId],
    );
    expect(rows).toHaveLength(1);
  });

  test('writes to each order of a batch what is its own, where some have no metadata, and others the same', async () => {
    const [one, two] = [await bench.offer(10), await bench.offer(10)];
    const [gift, plain] = [{ gift: 'yes' }, {}];
    const orders = [
      ...[plain, gift, gift, plain].map((metadata) => request(one, { metadata })),
      request(two, { metadata: { note: 'ü' }, requestHash: 'another hash', quantity: 3 }),
      request(one),
    ];
    await Promise.all(orders.map((order) => place(order)));
    expect((await batches()).count).toBe(1);
    const { rows } = await bench.sql.query(
      `SELECT id AS "orderId", buyer_id AS "buyerId", idempotency_key AS "idempotencyKey", request_hash AS "requestHash",
              o.sale_id AS "saleId", metadata,
              json_build_array(json_build_object('itemId', line.item_id, 'quantity', line.quantity)) AS lines
       FROM customer_order o JOIN order_line line ON line.order_id = o.id WHERE o.sale_id = ANY ($1)`,
      [[one.saleId, two.saleId]],
    );
    const sorted = (of: { orderId: string }[]) => of.sort((a, b) => a.orderId.localeCompare(b.orderId));
    const written = orders.map(({ expectedTotal: _, ...order }) => order);
    expect(sorted(rows as { orderId: string }[])).toEqual(sorted(written));
  });

  test('keeps a batch within its size', async () => {
    const offer = await bench.offer(250);
    await Promise.all(Array.from({ length: 250 }, () => place(request(offer))));
    expect(await batches()).toEqual({ count: 3, orders: 250 });
  });

  test('isolates a poisonous order: its neighbours succeed', async () => {
    const offer = await bench.offer(20);
    const poison = request(offer, { idempotencyKey: 'a\u0000b' }); // which PostgreSQL cannot hold
    const orders = [...Array.from({ length: 9 }, () => request(offer)), poison, request(offer)];
    const kinds = await kindsOf(orders.map((order) => place(order)));
    expect(kinds).toEqual([...Array<string>(9).fill('accepted'), 'error', 'accepted']);
    expect(await bench.units(offer.itemId)).toMatchObject({ reserved: 10, ordered: 10, orders: 10 });
  });

  test('sets an order aside whose item is locked elsewhere, and places the others meanwhile', async () => {
    const [free, taken] = [await bench.offer(5), await bench.offer(5)];
    const other = new LockManager(new RedisLockProvider({ url: testRedisUrl() }));
    try {
      const resource = `inventory:item:${taken.itemId}:deduct`;
      const lock = await other.acquire(resource, { leaseMs: 5_000, waitMs: 0 });
      let isPlaced = false;
      const aside = place(request(taken)).finally(() => (isPlaced = true));
      const first = await Promise.all([place(request(free)), place(request(free))]);
      expect(first.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
      await sleep(100);
      expect(isPlaced).toBe(false);
      await lock.release();
      expect((await aside).kind).toBe('accepted');
    } finally {
      await other.close();
    }
  });

  test('goes on under the row locks when the lock store is away', async () => {
    const away = new LockManager(new RedisLockProvider({ url: 'redis://127.0.0.1:1' }));
    const withoutLocks = new BatchedStrategy(away, bench.database, metrics, OPTIONS);
    const offer = await bench.offer(2);
    const deadline = Deadline.after(5_000);
    const orders = Array.from({ length: 3 }, () =>
      withoutLocks.attempt(request(offer), {
        deadline,
        floors: new Map(),
        mustWrite: false,
        waiter: new Waiter(() => () => undefined),
      }),
    );
    expect(await kindsOf(orders)).toEqual(['accepted', 'accepted', 'refused']);
    expect((await metrics.ordersWithoutLock.get()).values).toMatchObject([{ value: 3 }]);
    await away.close();
  });

  test('lets each of a batch hear of a stale fence, and writes with the floor', async () => {
    const offer = await bench.offer(5);
    const fence = 2 ** 51;
    await bench.sql.query('UPDATE stock_level SET fence = $2 WHERE item_id = $1', [offer.itemId, fence]);
    const failed = await Promise.allSettled([place(request(offer)), place(request(offer))]);
    const reasons = failed.map((end) => (end.status === 'rejected' ? (end.reason as unknown) : undefined));
    expect(reasons.map((reason) => reason instanceof StaleFenceError)).toEqual([true, true]);
    const { floors } = reasons[0] as StaleFenceError;
    expect((await place(request(offer), { floors })).kind).toBe('accepted');
    const { rows } = await bench.sql.query<{ fence: string }>(
      'SELECT fence FROM stock_level WHERE item_id = $1',
      [offer.itemId],
    );
    expect(Number(rows[0]?.fence)).toBeGreaterThan(fence);
  });

  test('gives up an order whose time is over during the transaction, and no other one', async () => {
    const offer = await bench.offer(5);
    const holder = await bench.sql.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM stock_level WHERE item_id = $1 FOR UPDATE', [offer.itemId]);
      const orders = [
        place(request(offer), { deadline: Deadline.after(600) }), // 500 ms of it are needed to begin
        place(request(offer)),
      ];
      await sleep(750);
      await holder.query('COMMIT');
      const ends = await Promise.allSettled(orders);
      expect(ends[0]).toMatchObject({ status: 'rejected', reason: expect.any(DeadlineError) as unknown });
      expect(ends[1]).toMatchObject({ status: 'fulfilled', value: { kind: 'accepted' } });
    } finally {
      holder.release();
    }
    expect(await bench.units(offer.itemId)).toMatchObject({ reserved: 1, orders: 1 });
  });

  test('writes for the whole batch when one of it must, behind a COMMIT that went unanswered', async () => {
    const offer = await bench.offer(1);
    const placed = request(offer);
    await place(placed);
    const versionOf = async () => {
      const sql = 'SELECT version FROM stock_level WHERE item_id = $1';
      return (await bench.sql.query<{ version: string }>(sql, [offer.itemId])).rows[0]?.version;
    };
    const before = await versionOf();
    expect(await kindsOf([place(request(offer)), place(placed)])).toEqual(['refused', 'replayed']);
    expect(await versionOf()).toBe(before);
    const again = [place(request(offer)), place(placed, { mustWrite: true })];
    expect(await kindsOf(again)).toEqual(['refused', 'replayed']);
    expect(Number(await versionOf())).toBe(Number(before) + 1);
  });

  test('gives one order to a buyer who sends the same key twice at once', async () => {
    const offer = await bench.offer(5);
    const order = request(offer);
    expect(await kindsOf([place(order), place({ ...order, orderId: randomUUID() })])).toEqual([
      'accepted',
      'replayed',
    ]);
  });
});

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SCRIPTS } from '../../libs/lock/providers/redis/scripts.js';
import { holdStock } from '../support/held-stock.js';
import { tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Watcher } from '../support/watcher.js';
import { Load } from './load.js';
import { BEGIN, COMMIT, Replicas } from './replicas.js';

const LEASE_MS = 2_000;
/** The lease, the second in which PostgreSQL gives up a dead holder, and one for a busy machine. */
const BLOCKED_MS = LEASE_MS + 1_000 + 1_000;

let replicas: Replicas;

beforeAll(async () => {
  replicas = await Replicas.open();
}, 180_000);

afterAll(async () => {
  await replicas.close();
});

describe('fault: SIGSTOP of the lock holder beyond its lease', () => {
  test.each([
    ['before its transaction', 'before', BEGIN],
    ['inside its transaction', 'answered', 'inventory/reserve'],
    ['with its COMMIT on the way', 'sent', COMMIT],
  ] as const)(
    '%s',
    async (_, moment, text) => {
      const { victim, shop, postgres } = replicas;
      const load = await Load.start(shop, { replicas: replicas.all });
      await load.sells(50);
      await postgres.stopAt(moment, text, async () => {
        victim.pause();
        const begunAt = performance.now();
        await load.sells(50); // of those that the other one has taken over
        await sleep(Math.max(0, begunAt + LEASE_MS + 500 - performance.now()));
        victim.resume();
      });
      await load.sells(50);
      const { withoutServiceMs } = await load.end();
      expect(withoutServiceMs).toBeLessThan(BLOCKED_MS);
    },
    60_000,
  );
});

describe('fault: kill -9 of an API process', () => {
  const STOCK = 200;
  const LIMIT = 12; // twenty buyers want more than there is

  /** What each transaction that waits for its client has done last. */
  async function openTransactions(): Promise<string[]> {
    const { rows } = await replicas.shop.record.query<{ query: string }>(
      `SELECT query FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
    return rows.map(({ query }) => query);
  }

  test.each([
    ['after the lock', 'before', BEGIN, undefined],
    ['after BEGIN', 'answered', BEGIN, 'BEGIN'],
    ['after the inserts', 'answered', 'placement/record', '-- Writes the accepted orders'],
    ['after the stock update', 'answered', 'inventory/reserve', '-- Takes stock for the lines'],
    ['COMMIT sent and unanswered', 'sent', COMMIT, undefined],
    ['committed and unanswered', 'answered', COMMIT, undefined],
    ['before the release', 'before', SCRIPTS.release.sha, undefined],
  ] as const)(
    '%s',
    async (_, moment, text, lastStatement) => {
      const { shop, postgres, redis, all } = replicas;
      const load = await Load.start(shop, { replicas: all, stock: STOCK, purchaseLimit: LIMIT });
      await load.sells(50);
      let openAt: readonly string[] = [];
      await replicas.kill(text === SCRIPTS.release.sha ? redis : postgres, moment, text, async () => {
        openAt = await openTransactions();
      });
      if (lastStatement !== undefined) expect(openAt.join()).toContain(lastStatement);
      await Promise.all([load.sellsOut(), replicas.restart()]);
      const { orders, retries, withoutServiceMs } = await load.end();
      expect(orders).toBe(STOCK);
      expect(retries).toBeGreaterThan(0);
      expect(withoutServiceMs).toBeLessThan(BLOCKED_MS);
    },
    60_000,
  );
});

/** The last one: the process is gone afterwards. */
describe('fault: SIGTERM', () => {
  const CROWD = 100;
  const STREAMS = 20;

  test('with requests in flight and SSE open', async () => {
    const { shop, victim } = replicas;
    const { itemId, saleId } = await shop.offer(CROWD);
    const buyers = await shop.buyers(CROWD);
    const idle = connect(victim.port, '127.0.0.1');
    idle.on('error', () => undefined);
    const open = () => Watcher.open(`${victim.url}/v1/sales/${saleId}/stream`);
    const watchers = await Promise.all(Array.from({ length: STREAMS }, open));
    await eventually(() => expect(watchers.every(({ events }) => events.length === 2)).toBe(true));
    const load = await Load.start(shop, { replicas: replicas.all });
    await load.sells(50);
    const stock = await holdStock(shop.record, itemId); // nobody gets through
    const orders = buyers.map((buyer) => buyer.at(victim.url).order(saleId, [{ itemId, quantity: 1 }]));
    await eventually(async () => {
      const metrics = await (await fetch(`${victim.url}/metrics`)).text();
      expect(Number(/^holdfast_orders_waiting (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(CROWD);
    });
    const [beganAt, exit] = [performance.now(), victim.stop()];
    const ready = fetch(`${victim.url}/health/ready`).then(
      ({ status }) => status,
      () => 'refused',
    );
    await stock.release();
    const outcomes = tally(await Promise.all(orders));
    idle.destroy();
    expect([await exit, outcomes]).toEqual([0, { 201: CROWD }]);
    expect(performance.now() - beganAt).toBeLessThan(10_000);
    expect([503, 'refused']).toContain(await ready);
    await eventually(() => expect(watchers.every(({ ended }) => ended)).toBe(true));
    await load.sells(50);
    await load.end();
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.ordersReserved]).toEqual([true, CROWD]);
  }, 180_000);
});

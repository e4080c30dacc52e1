import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis } from '#local';
import { Shop, tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Watcher } from '../support/watcher.js';

const OPEN = 500;
const STOCK = 10 * OPEN;
/** The sweep comes every second; the rest is for a busy machine. A hold that was forgotten would last ten minutes. */
const SWEEP_SEC = 10;

interface Ends {
  orders: number;
  expired: number;
  /** Between the time at which an order's hold ended and its release, on the database's clock. */
  soonestSec: number | null;
  latestSec: number | null;
}

/** What became of the orders' holds, by the record. */
async function endsIn({ record }: Shop): Promise<Ends> {
  const { rows } = await record.query<Ends>(
    `SELECT count(*)::integer AS orders,
            count(*) FILTER (WHERE o.status = 'expired' AND m.id IS NOT NULL)::integer AS expired,
            extract(epoch FROM min(m.created_at - o.expires_at))::float AS "soonestSec",
            extract(epoch FROM max(m.created_at - o.expires_at))::float AS "latestSec"
     FROM customer_order o LEFT JOIN stock_movement m ON m.order_id = o.id AND m.kind = 'release'`,
  );
  if (!rows[0]) throw new Error('unreachable');
  return rows[0];
}

/** So many of the holds end in a second, on the database's clock: whatever the machine does, all were open until then. */
async function endHolds({ record }: Shop, count: number): Promise<void> {
  await record.query(
    `UPDATE customer_order SET expires_at = clock_timestamp() + interval '1 second'
     WHERE id IN (SELECT id FROM customer_order WHERE expires_at > clock_timestamp() + interval '1 minute' LIMIT $1)`,
    [count],
  );
}

async function forget(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

test('all of Redis thrown away in the middle of 500 open reservations: each expires within one sweep, orders and streams go on', async () => {
  let redis = await startRedis();
  const shop = await Shop.open({ REDIS_URL: redis.serviceUrl });
  const worker = await shop.startWorker({ REDIS_URL: redis.serviceUrl, LOG_LEVEL: 'warn' });
  const { itemId, saleId } = await shop.offer(STOCK);
  const watcher = await Watcher.open(`${shop.service.url}/v1/sales/${saleId}/stream`);
  const expired = (count: number) => eventually(async () => expect((await endsIn(shop)).expired).toBe(count));
  /** The stream has told something since. */
  const tells = async () => {
    const told = watcher.ofItem(itemId).length;
    await eventually(() => expect(watcher.ofItem(itemId).length).toBeGreaterThan(told));
  };
  try {
    const buyer = await shop.buyer();
    const order = () => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    expect(tally(await Promise.all(Array.from({ length: OPEN }, order)))).toEqual({ 201: OPEN });
    await eventually(() => expect(watcher.ofItem(itemId).at(-1)).toBe(STOCK - OPEN));

    const enough = new AbortController();
    const meanwhile = (async () => {
      const answers: Awaited<ReturnType<typeof order>>[] = [];
      while (!enough.signal.aborted) {
        answers.push(await order());
        await sleep(50);
      }
      return answers;
    })();
    try {
      await endHolds(shop, 100);
      await forget(redis.url);
      await expired(100);
      await tells();
      await endHolds(shop, 200);
      await redis.kill();
      await expired(300);
      await tells();
      await endHolds(shop, 200);
      redis = await startRedis({ port: redis.port });
      await expired(OPEN);
      await tells();
    } finally {
      enough.abort();
    }
    const others = await meanwhile;
    expect(tally(others)).toEqual({ 201: others.length });
    await endHolds(shop, others.length);
    await expired(OPEN + others.length);

    const { orders, soonestSec, latestSec } = await endsIn(shop);
    expect(orders).toBe(OPEN + others.length);
    expect(soonestSec).toBeGreaterThan(-0.5); // a movement bears the time at which its transaction began
    expect(latestSec).toBeLessThan(SWEEP_SEC);
    await eventually(() => expect(watcher.ofItem(itemId).at(-1)).toBe(STOCK));
    expect(watcher.ended).toBe(false);
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved, items[0]?.available]).toEqual([true, 0, STOCK]);
  } finally {
    watcher.close();
    await worker.stop();
    await shop.close();
    await redis.stop();
  }
}, 120_000);

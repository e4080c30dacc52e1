import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, startService } from '#local';
import { Shop, tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Watcher } from '../support/watcher.js';

const OPEN = 500;
const STOCK = 2 * OPEN;
const TTL_SEC = 8;
/** The sweep comes every second; the rest is for a busy machine. */
const SWEEP_SEC = 4;

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

async function forget(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

test('all of Redis thrown away in the middle of 500 open reservations: each expires within one sweep, orders and streams go on', async () => {
  let redis = await startRedis();
  const shop = await Shop.open({ REDIS_URL: redis.url });
  const env = { DATABASE_URL: shop.databaseUrl, REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
  const worker = await startService({ app: 'worker', env });
  const itemId = await shop.createItem(STOCK);
  const saleId = await shop.createSale([{ itemId }], { reservationTtlSeconds: TTL_SEC });
  const watcher = await Watcher.open(`${shop.service.url}/v1/sales/${saleId}/stream`);
  try {
    const buyer = await shop.buyer();
    const order = () => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    expect(tally(await Promise.all(Array.from({ length: OPEN }, order)))).toEqual({ 201: OPEN });
    await eventually(() => expect(watcher.ofItem(itemId).at(-1)).toBe(STOCK - OPEN));
    expect(await endsIn(shop)).toMatchObject({ orders: OPEN, expired: 0 });

    let going = true;
    const meanwhile = (async () => {
      const answers: Awaited<ReturnType<typeof order>>[] = [];
      while (going) {
        answers.push(await order());
        await sleep(50);
      }
      return answers;
    })();
    try {
      await forget(redis.url);
      await eventually(() => expect(watcher.ofItem(itemId).at(-1)).toBeLessThan(STOCK - OPEN));
      await redis.kill();
      const told = watcher.ofItem(itemId).length;
      await eventually(() => expect(watcher.ofItem(itemId).length).toBeGreaterThan(told));
      await eventually(async () => expect((await endsIn(shop)).expired).toBeGreaterThan(0));
      redis = await startRedis({ port: redis.port });
      await eventually(async () => expect((await endsIn(shop)).expired).toBeGreaterThan(OPEN));
      await forget(redis.url);
    } finally {
      going = false;
    }
    expect(Object.keys(tally(await meanwhile))).toEqual(['201']);

    const ends = await eventually(async () => {
      const latest = await endsIn(shop);
      expect(latest.expired).toBe(latest.orders);
      return latest;
    });
    expect(ends.soonestSec).toBeGreaterThan(-0.5); // the movement bears the time at which its transaction began
    expect(ends.latestSec).toBeLessThan(SWEEP_SEC);
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
}, 90_000);

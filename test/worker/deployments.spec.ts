import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis, type LocalService } from '#local';
import { redisKeyPrefixOf } from '../support/database.js';
import { Shop, tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';

describe('two deployments on one Redis', () => {
  let redis: LocalRedis;
  let shops: [Shop, Shop];
  let workers: LocalService[];

  beforeAll(async () => {
    redis = await startRedis();
    const env = {
      REDIS_URL: redis.serviceUrl,
      RATE_LIMIT_BUYER: '5/1m',
      RESERVATION_STRATEGY: 'redis-first',
    };
    shops = await Promise.all([Shop.open(env), Shop.open(env)]);
    await Promise.all(shops.map((shop) => shop.offer(1))); // books for the workers to check as they start
    workers = await Promise.all(shops.map((shop) => shop.startWorker({ REDIS_URL: redis.serviceUrl })));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all(shops.map((shop) => shop.close()));
    await redis.stop();
  });

  const expire = async (shop: Shop) => {
    const itemId = await shop.createItem(1);
    const saleId = await shop.createSale([{ itemId }], { reservationTtlSeconds: 1 });
    const buyer = await shop.buyer();
    const { body: order } = await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    await eventually(async () => {
      const { rows } = await shop.record.query('SELECT status FROM customer_order WHERE id = $1', [order.id]);
      expect(rows).toEqual([{ status: 'expired' }]);
    });
  };

  test('both check their books and sweep, under locks of the same names', async () => {
    for (const { url } of workers) {
      await eventually(async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        expect(metrics).toContain('holdfast_reconciliations_total{verdict="balanced"} 1');
      });
    }
    for (const shop of shops) {
      const { body } = await shop.admin<{ locks: { resource: string }[] }>('GET', '/v1/admin/locks');
      const kept = body.locks.filter(({ resource }) => resource.includes('reconcile'));
      expect(kept).toEqual([expect.objectContaining({ resource: 'sales:books:reconcile' })]);
    }
    await Promise.all(shops.map(expire));
  }, 60_000);

  test('each counts the requests of a buyer for itself', async () => {
    const [here, there] = shops;
    const buyer = await here.buyer();
    const asked = await Promise.all(Array.from({ length: 6 }, () => buyer.request('GET', '/v1/orders')));
    expect(tally(asked)).toEqual({ 200: 5, rate_limited: 1 });
    expect((await buyer.at(there.service.url).request('GET', '/v1/orders')).status).toBe(200);
  });

  test('every key begins with the prefix of one of them', async () => {
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    client.disconnect();
    const kinds = shops.map(({ databaseUrl }) => {
      const prefix = redisKeyPrefixOf(databaseUrl);
      return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    });
    expect(kinds.flat()).toHaveLength(keys.length);
    for (const kind of ['lock:{', 'fence:{', '{limit:buyer}', '{redis-first}'])
      for (const names of kinds) expect(names).toContainEqual(expect.stringContaining(kind));
  });
});

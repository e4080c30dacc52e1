import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, startService, type LocalRedis, type LocalService } from '#local';
import { serviceEnvironment, Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

/** What the popular design costs: two stores that are changed one after the other do not always agree. */
describe('redis-first', () => {
  let redis: LocalRedis;
  let client: Redis;
  let shop: Shop;
  let other: LocalService | undefined;

  const environment = () => ({ REDIS_URL: redis.serviceUrl, RESERVATION_STRATEGY: 'redis-first' });

  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    shop = await Shop.open(environment());
    other = undefined;
  }, 60_000);

  afterEach(async () => {
    client.disconnect();
    await other?.stop();
    await shop.close();
    await redis.stop();
  });

  const startOther = async () => {
    const env = serviceEnvironment({ DATABASE_URL: shop.databaseUrl, ...environment() });
    other = await startService({ env });
    return other.url;
  };

  const driftAt = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const units = (kind: string) =>
      new RegExp(`^holdfast_redis_first_drift_units\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text)?.[1];
    return { unsellable: Number(units('unsellable')), phantom: Number(units('phantom')) };
  };

  const expectSold = async (saleId: string, units: number) => {
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved]).toEqual([true, units]);
  };

  /** Three units are gone from Redis, of orders that died before PostgreSQL heard of them. */
  const loseThreeUnits = async (saleId: string, itemId: string, buyers: readonly Buyer[]) => {
    const holder = await shop.record.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM stock_level WHERE item_id = $1 FOR UPDATE', [itemId]);
      const sent = buyers.slice(0, 3).map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]));
      const ended = Promise.allSettled(sent);
      await eventually(async () => {
        shop.service.pause(); // what is waited for is given back now and then, to be taken again
        const [counter = ''] = await client.keys('*stock:*');
        const left = await client.hget(counter, 'left');
        if (left !== '2') shop.service.resume();
        expect(left).toBe('2');
      });
      await shop.service.kill();
      expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  };

  test('loses the units of a process that dies between Redis and PostgreSQL, until the counter expires', async () => {
    const { itemId, saleId } = await shop.offer(5);
    const buyers = await shop.buyers(8);
    await loseThreeUnits(saleId, itemId, buyers);
    const url = await startOther();
    const buy = () =>
      Promise.all(buyers.map((buyer) => buyer.at(url).order(saleId, [{ itemId, quantity: 1 }])));

    expect(tally(await buy())).toEqual({ 201: 2, sold_out: 6 }); // there are three more
    expect(await driftAt(url)).toEqual({ unsellable: 3, phantom: 0 });
    const { rows } = await shop.record.query('SELECT on_hand, reserved FROM stock_level');
    expect(rows).toEqual([{ on_hand: 5, reserved: 2 }]);

    for (const key of await client.keys('*stock:*')) await client.pexpire(key, 1);
    expect(tally(await buy())).toEqual({ 201: 3, sold_out: 5 });
    expect(await driftAt(url)).toEqual({ unsellable: 0, phantom: 0 });
  }, 60_000);

  test('FLUSHALL in the middle of a burst: it loads its counters anew, and sells exactly what is there', async () => {
    const { itemId, saleId } = await shop.offer(100);
    const buyers = await shop.buyers(300);
    const order = (buyer: Buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    const before = buyers.slice(0, 150).map(order);
    await Promise.race(before);
    await client.flushall();
    const answers = await Promise.all([...before, ...buyers.slice(150).map(order)]);
    expect(tally(answers)).toEqual({ 201: 100, sold_out: 200 });
    await expectSold(saleId, 100);
    expect((await driftAt(shop.service.url)).unsellable).toBe(0);
  });

  test('Redis dies in the middle of a burst: orders go on under the row lock', async () => {
    const { itemId, saleId } = await shop.offer(100);
    const buyers = await shop.buyers(300);
    const order = (buyer: Buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    const before = buyers.slice(0, 150).map(order);
    await Promise.race(before);
    await redis.kill();
    const answers = await Promise.all([...before, ...buyers.slice(150).map(order)]);
    expect(tally(answers)).toEqual({ 201: 100, sold_out: 200 });
    await expectSold(saleId, 100);
  });

  test('Redis promises units that are gone: their buyers ask PostgreSQL in vain, and the counter is loaded anew', async () => {
    const { itemId, saleId } = await shop.offer(2);
    const buyers = await shop.buyers(4);
    const order = (buyer: Buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    expect(tally(await Promise.all(buyers.slice(0, 2).map(order)))).toEqual({ 201: 2 });
    const [counter = ''] = await client.keys('*stock:*');
    await client.hincrby(counter, 'left', 3);
    expect(await driftAt(shop.service.url)).toEqual({ unsellable: 0, phantom: 3 });
    expect(tally(await Promise.all(buyers.slice(2).map(order)))).toEqual({ sold_out: 2 });
    expect(await driftAt(shop.service.url)).toEqual({ unsellable: 0, phantom: 0 });
    await expectSold(saleId, 2);
  });
});

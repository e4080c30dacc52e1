import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StockCounters, type PlacementRequest } from '#orders';
import { GuardBench, request } from '../guards/bench.js';
import { redisKeyPrefixOf, testRedisUrl } from '../support/database.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';

describe('the counters of redis-first', () => {
  let bench: GuardBench;
  let counters: StockCounters;

  beforeAll(async () => {
    bench = await GuardBench.open();
    counters = new StockCounters(redisAt(testRedisUrl()), bench.database);
    await counters.connect();
  });

  afterAll(async () => {
    counters.close();
    await bench.close();
  });

  const redisAt = (redisUrl: string) => ({ redisUrl, redisKeyPrefix: redisKeyPrefixOf(bench.url) });
  const leftOf = async (itemId: string) => (await counters.left([itemId])).get(itemId);
  const adjust = async (itemId: string, quantity: number) => {
    await bench.sql.query(
      'UPDATE stock_level SET on_hand = on_hand + $2, version = version + 1 WHERE item_id = $1',
      [itemId, quantity],
    );
    await bench.sql.query(
      `INSERT INTO stock_movement (id, item_id, kind, on_hand_delta, reserved_delta) VALUES ($1, $2, 'adjust', $3, 0)`,
      [randomUUID(), itemId, quantity],
    );
  };
  const cartOf = (saleId: string, ...lines: [itemId: string, quantity: number][]): PlacementRequest =>
    request({ itemId: '', saleId }, { lines: lines.map(([itemId, quantity]) => ({ itemId, quantity })) });

  test('are loaded from the record, and give an order its units once', async () => {
    const offer = await bench.offer(5);
    const order = request(offer, { quantity: 2 });
    expect(await counters.take(order)).toBeUndefined();
    expect(await counters.take(order)).toBeUndefined();
    expect(await leftOf(offer.itemId)).toBe(3);
  });

  test('give them once also when the answer was lost', async () => {
    const proxy = await TcpProxy.start(Number(new URL(testRedisUrl()).port));
    const behind = new StockCounters(redisAt(`redis://127.0.0.1:${proxy.port}`), bench.database);
    try {
      await behind.connect();
      const offer = await bench.offer(5);
      const order = request(offer, { quantity: 2 });
      await behind.load(order);
      proxy.loseNextReply();
      await expect(behind.take(order)).rejects.toThrow('Redis is away');
      expect(await leftOf(offer.itemId)).toBe(3);
      await eventually(async () => expect(await behind.take(order)).toBeUndefined());
      expect(await leftOf(offer.itemId)).toBe(3);
    } finally {
      behind.close();
      await proxy.close();
    }
  });

  test('take all lines of a cart or none, and say which is short', async () => {
    const [plenty, few] = [await bench.offer(10), await bench.offer(1)];
    const cart = cartOf(plenty.saleId, [plenty.itemId, 2], [few.itemId, 2]);
    expect(await counters.take(cart)).toBe(few.itemId);
    expect([await leftOf(plenty.itemId), await leftOf(few.itemId)]).toEqual([10, 1]);
  });

  test('take back once what an order took, and nothing from one that took nothing', async () => {
    const offer = await bench.offer(5);
    const [order, stranger] = [request(offer, { quantity: 2 }), request(offer)];
    await counters.take(order);
    await counters.giveBack(stranger);
    expect(await leftOf(offer.itemId)).toBe(3);
    await counters.giveBack(order);
    await counters.giveBack(order);
    expect(await leftOf(offer.itemId)).toBe(5);
  });

  test('hear of a restock, and keep what orders took that the record has not heard of', async () => {
    const offer = await bench.offer(2);
    await counters.take(request(offer, { quantity: 2 }));
    expect(await counters.take(request(offer))).toBe(offer.itemId);
    await adjust(offer.itemId, 3);
    await counters.load(request(offer));
    await counters.load(request(offer));
    expect(await leftOf(offer.itemId)).toBe(3);
  });

  test('count an order that the record has meanwhile written once', async () => {
    const offer = await bench.offer(5);
    const order = request(offer, { quantity: 2 });
    await counters.take(order);
    await bench.place(order);
    await counters.load(order);
    expect(await leftOf(offer.itemId)).toBe(3);
    await counters.forget(offer.itemId);
    await counters.load(order);
    expect(await leftOf(offer.itemId)).toBe(3);
  });

  test('let an order of an item that does not exist go on to the record, which will say so', async () => {
    const { saleId } = await bench.offer(1);
    expect(await counters.take(cartOf(saleId, [randomUUID(), 1]))).toBeUndefined();
  });
});

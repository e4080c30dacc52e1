import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Watcher } from '../support/watcher.js';

describe('the live stream of a sale', () => {
  let redis: LocalRedis;
  let shop: Shop;
  const watchers: Watcher[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    shop = await Shop.open({
      ...{
        REDIS_URL: redis.serviceUrl,
        STREAM_CAPACITY: '6',
        STREAM_CAPACITY_IP: '4',
        TRUSTED_PROXIES: 'loopback',
      },
    });
  }, 60_000);

  afterEach(async () => {
    for (const watcher of watchers.splice(0)) watcher.close();
    await eventually(async () => {
      expect((await shop.request<string>('GET', '/metrics')).body).toContain('holdfast_streams 0\n');
    });
  });

  afterAll(async () => {
    await shop.close();
    await redis.stop();
  });

  async function watch(saleId: string, headers: Record<string, string> = {}): Promise<Watcher> {
    const watcher = await Watcher.open(`${shop.service.url}/v1/sales/${saleId}/stream`, headers);
    watchers.push(watcher);
    return watcher;
  }

  test('begins with all that there is, and tells what changes: an order, a cancellation, a restock', async () => {
    const { itemId, saleId } = await shop.offer(2);
    const watcher = await watch(saleId);
    expect(watcher.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await eventually(() => expect(watcher.events.map(({ event }) => event)).toEqual(['sale', 'stock']));
    expect(watcher.events[0]?.data).toMatchObject({ id: saleId, status: 'live' });
    const buyer = await shop.buyer();
    const { body } = await buyer.order(saleId, [{ itemId, quantity: 2 }]);
    await eventually(() => expect(watcher.ofItem(itemId)).toEqual([2, 0]));
    expect(watcher.events.at(-1)?.data).toEqual({ itemId, available: 0, availability: 'sold_out' });
    await buyer.request('POST', `/v1/orders/${body.id}/cancellation`);
    await eventually(() => expect(watcher.ofItem(itemId)).toEqual([2, 0, 2]));
    await shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, { quantity: 50, reason: 'more' });
    await eventually(() => expect(watcher.ofItem(itemId)).toEqual([2, 0, 2, 52]));
    expect(watcher.events.at(-1)?.data.availability).toBe('in_stock');
    const late = await watch(saleId); // comes later, and begins with what is true then
    await eventually(() => expect(late.ofItem(itemId)).toEqual([52]));
  });

  test('tells when the sale begins, is paused, goes on and ends', async () => {
    const itemId = await shop.createItem(1);
    const startsAt = new Date(Date.now() + 2_000).toISOString();
    const saleId = await shop.createSale([{ itemId }], { startsAt });
    const watcher = await watch(saleId);
    await eventually(() => expect(watcher.statuses()).toEqual(['scheduled', 'live']));
    const change = (body: object) => shop.admin('PATCH', `/v1/admin/sales/${saleId}`, body);
    await change({ paused: true });
    await eventually(() => expect(watcher.statuses()).toEqual(['scheduled', 'live', 'paused']));
    await change({ paused: false });
    await eventually(() => expect(watcher.statuses().at(-1)).toBe('live'));
    await change({ endsAt: new Date().toISOString() });
    await eventually(() => expect(watcher.statuses().at(-1)).toBe('ended'));
    expect(watcher.ofItem(itemId)).toEqual([1]);
  });

  test('tells of an item at most four times a second, and ends with what is true', async () => {
    const stock = 1_000_000;
    const { itemId, saleId } = await shop.offer(stock);
    const watcher = await watch(saleId);
    const buyers = await shop.buyers(10);
    const until = performance.now() + 8_000; // so long that an answer that comes late by itself does not count
    let sold = 0;
    await Promise.all(
      buyers.map(async (buyer) => {
        while (performance.now() < until) {
          sold += 1;
          await buyer.order(saleId, [{ itemId, quantity: 1 }]);
        }
      }),
    );
    await eventually(() => expect(watcher.ofItem(itemId).at(-1)).toBe(stock - sold));
    const times = watcher.events.flatMap(({ data, atMs }) => (data.itemId === itemId ? [atMs] : [])).slice(1);
    expect(times.length).toBeGreaterThan(2);
    const perSecond = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000);
    expect(perSecond).toBeLessThan(4.2);
  });

  test('has a comment every 15 s, so that nobody between takes it for dead', async () => {
    const { saleId } = await shop.offer(1);
    const watcher = await watch(saleId);
    const commentAt = async (count: number) => {
      await eventually(() => expect(watcher.comments).toBe(count), { limitMs: 20_000 });
      return performance.now();
    };
    const first = await commentAt(1);
    const apart = (await commentAt(2)) - first;
    expect(apart).toBeGreaterThan(13_000);
    expect(apart).toBeLessThan(17_000);
  }, 60_000);

  test('is capped per address and in all, and a place is free again when one goes', async () => {
    const { saleId } = await shop.offer(1);
    const from = (address: string) => watch(saleId, { 'x-forwarded-for': address });
    const first = await from('192.0.2.1');
    for (let index = 0; index < 3; index += 1) await from('192.0.2.1');
    const fifth = await from('192.0.2.1');
    expect([fifth.response.status, fifth.response.headers.get('retry-after')]).toEqual([429, '5']);
    await from('192.0.2.2');
    await from('192.0.2.3');
    const seventh = await from('192.0.2.4');
    expect(seventh.response.status).toBe(503);
    expect(seventh.response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    first.close();
    await eventually(async () => expect((await from('192.0.2.4')).response.status).toBe(200));
  });

  test('of a HEAD is over with its answer, and takes no place', async () => {
    const { saleId } = await shop.offer(1);
    for (let index = 0; index < 10; index += 1)
      expect((await shop.request('HEAD', `/v1/sales/${saleId}/stream`)).status).toBe(200);
  });

  test('of a sale that does not exist is a problem, and takes no place', async () => {
    const nobody = await watch('018f0000-0000-7000-8000-000000000000');
    expect(nobody.response.status).toBe(404);
    expect((await watch('7')).response.status).toBe(404);
  });

  test('goes on while Redis is thrown away', async () => {
    const { itemId, saleId } = await shop.offer(3);
    const watcher = await watch(saleId);
    await redis.kill();
    const buyer = await shop.buyer();
    await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    await eventually(() => expect(watcher.ofItem(itemId)).toEqual([3, 2]));
    redis = await startRedis({ port: redis.port });
    await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    await eventually(() => expect(watcher.ofItem(itemId)).toEqual([3, 2, 1]));
  });
});

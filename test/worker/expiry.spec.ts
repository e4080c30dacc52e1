import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis, type LocalService } from '#local';
import { Shop, type OrderBody } from '../support/shop.js';
import { eventually } from '../support/wait.js';

/** A reservation that is over is back in stock within one sweep, and some time for a busy machine. */
const SWEEP_MS = 2_000;

describe('the expiry of unpaid orders', () => {
  let shop: Shop;
  let redis: LocalRedis;
  let workers: LocalService[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    shop = await Shop.open({ REDIS_URL: redis.serviceUrl });
  }, 60_000);

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
  });

  afterAll(async () => {
    await shop.close();
    await redis.stop();
  });

  async function startWorker(settings = {}): Promise<LocalService> {
    const worker = await shop.startWorker({ REDIS_URL: redis.serviceUrl, LOG_LEVEL: 'warn', ...settings });
    workers.push(worker);
    return worker;
  }

  async function offerFor(seconds: number, stock: number, terms = {}) {
    const itemId = await shop.createItem(stock);
    const saleId = await shop.createSale([{ itemId, ...terms }], { reservationTtlSeconds: seconds });
    return { itemId, saleId };
  }

  const availableOf = async (saleId: string) => (await shop.reconcile(saleId)).items[0]?.available;

  test('of four seconds puts the stock back within six, and the next buyer has it', async () => {
    await startWorker();
    const { itemId, saleId } = await offerFor(4, 1, { purchaseLimit: 1 });
    const [first, second] = await shop.buyers(2);
    const placedAt = performance.now();
    const order = await first?.order(saleId, [{ itemId, quantity: 1 }]);
    expect((await second?.order(saleId, [{ itemId, quantity: 1 }]))?.body.code).toBe('sold_out');
    await eventually(async () => expect(await availableOf(saleId)).toBe(1));
    const tookMs = performance.now() - placedAt;
    expect(tookMs).toBeGreaterThan(3_500);
    expect(tookMs).toBeLessThan(4_000 + SWEEP_MS);
    const read = await first?.request<OrderBody>('GET', `/v1/orders/${order?.body.id}`);
    expect(read?.body.status).toBe('expired');
    const cancelled = await first?.request('POST', `/v1/orders/${order?.body.id}/cancellation`);
    expect(cancelled?.body.code).toBe('invalid_order_state');
    expect((await second?.order(saleId, [{ itemId, quantity: 1 }]))?.status).toBe(201);
    expect((await first?.order(saleId, [{ itemId, quantity: 1 }]))?.body.code).toBe('sold_out'); // no limit in its way
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  }, 30_000);

  test.each([
    { LOCK_FALLBACK: 'postgres' },
    { LOCK_PROVIDER: 'postgres' },
    { LOCK_PROVIDER: 'redlock', REDLOCK_URLS: 'redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3' }, // all away
  ])('goes on with %p', async (settings) => {
    await startWorker(settings);
    const { itemId, saleId } = await offerFor(1, 1);
    expect((await (await shop.buyer()).order(saleId, [{ itemId, quantity: 1 }])).status).toBe(201);
    await eventually(async () => expect(await availableOf(saleId)).toBe(1));
  });

  test('goes on without Redis, in every replica, and releases once', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const { itemId, saleId } = await offerFor(3, 50);
    const buyers = await shop.buyers(50);
    await Promise.all(buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    expect(await availableOf(saleId)).toBe(0);
    await redis.kill();
    try {
      await eventually(async () => expect(await availableOf(saleId)).toBe(50));
      expect((await shop.reconcile(saleId)).balanced).toBe(true);
    } finally {
      redis = await startRedis({ port: redis.port });
    }
  }, 60_000);
});

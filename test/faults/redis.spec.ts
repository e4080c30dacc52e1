import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

describe('when Redis', () => {
  let redis: LocalRedis;
  let shop: Shop;

  beforeEach(async () => {
    redis = await startRedis();
    shop = await Shop.open({ REDIS_URL: redis.url });
  }, 60_000);

  afterEach(async () => {
    await shop.close();
    await redis.stop();
  });

  /** Half of the crowd before the fault, half behind it. */
  async function sellThrough(fault: () => void | Promise<void>): Promise<void> {
    const { itemId, saleId } = await shop.offer(100);
    const buyers = await shop.buyers(300);
    const order = (buyer: Buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    const before = buyers.slice(0, 150).map(order);
    await Promise.race(before);
    await fault();
    const answers = await Promise.all([...before, ...buyers.slice(150).map(order)]);
    expect(tally(answers)).toEqual({ 201: 100, sold_out: 200 });
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  }

  test('dies in the middle of a burst, orders go on', async () => {
    await sellThrough(() => redis.kill());
  });

  test('hangs in the middle of a burst, orders go on', async () => {
    try {
      await sellThrough(() => void process.kill(redis.pid, 'SIGSTOP'));
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  });

  test('restarts empty, orders go on meanwhile, and fences still grow', async () => {
    const { itemId, saleId } = await shop.offer(1_000);
    const buyer = await shop.buyer();
    const fenceOfOrder = async () => {
      const { body } = await buyer.order(saleId, [{ itemId, quantity: 1 }]);
      const sql = 'SELECT fence FROM stock_movement WHERE order_id = $1';
      const { rows } = await shop.record.query<{ fence: string | null }>(sql, [body.id]);
      return rows[0]?.fence ?? null;
    };
    const before = await fenceOfOrder();
    await redis.kill();
    // under the lease that it still has at first, then under the row lock alone
    await eventually(async () => expect(await fenceOfOrder()).toBeNull());
    redis = await startRedis({ port: redis.port });
    const after = await eventually(async () => {
      const fence = await fenceOfOrder();
      expect(fence).not.toBeNull();
      return fence;
    });
    expect(BigInt(after ?? 0)).toBeGreaterThan(BigInt(before ?? 0));
  });
});

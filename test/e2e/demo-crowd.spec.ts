import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startService } from '#local';
import { ADMIN_KEY, expectStatus, serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';

describe('a demonstration crowd', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(() => shop.close());

  const start = (body: unknown, key?: string) =>
    shop.admin<{ code?: string }>('POST', '/v1/admin/demo-crowd', body, key);

  test('buys what there is, by orders like any other, and no larger crowd than there may be', async () => {
    const { itemId, saleId } = await shop.offer(40);
    const started = expectStatus(await start({ saleId, buyers: 120 }, 'one-key'), 202);
    expect(started.body).toEqual({ buyers: 120, seconds: 8 });
    expect((await start({ saleId, buyers: 120 }, 'one-key')).headers.get('idempotency-replayed')).toBe(
      'true',
    );
    expect((await start({ saleId, buyers: 2_000 })).body.code).toBe('rate_limited');
    await eventually(async () => {
      const { items } = await shop.reconcile(saleId);
      expect(items).toMatchObject([{ itemId, available: 0 }]);
    });
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
    const { rows } = await shop.record.query<{ buyers: number; paying: number; left: number }>(
      `SELECT count(DISTINCT buyer_id)::integer AS buyers,
              (SELECT count(*)::integer FROM payment) AS paying,
              count(*) FILTER (WHERE status = 'cancelled')::integer AS left
       FROM customer_order`,
    );
    expect(rows[0]?.buyers).toBeGreaterThanOrEqual(40);
    expect(rows[0]?.paying).toBeGreaterThan(5);
  }, 60_000);

  test('is bounded, and needs a sale', async () => {
    const { saleId } = await shop.offer(1);
    expect((await start({ saleId, buyers: 2_001 })).body.code).toBe('validation_failed');
    expect((await start({ saleId: randomUUID(), buyers: 1 })).body.code).toBe('not_found');
  });

  test('does not exist in production', async () => {
    const { saleId } = await shop.offer(1);
    const production = await startService({
      env: serviceEnvironment({
        DATABASE_URL: shop.databaseUrl,
        NODE_ENV: 'production',
        PAYMENT_WEBHOOK_SECRET: 'signs-what-the-provider-tells',
      }),
    });
    try {
      const answer = await fetch(`${production.url}/v1/admin/demo-crowd`, {
        method: 'POST',
        headers: { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' },
        body: JSON.stringify({ saleId, buyers: 1 }),
      });
      expect(answer.status).toBe(404);
    } finally {
      await production.stop();
    }
  }, 60_000);
});

import { expect, test } from '@jest/globals';
import { startRedis, startService } from '#local';
import { Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';

test('a worker checks the books of sales under way, and says which of them disagree', async () => {
  const redis = await startRedis(); // of its own: whose worker does it is decided there
  const shop = await Shop.open();
  const [right, wrong] = [await shop.offer(10), await shop.offer(10)];
  await shop.record.query('UPDATE stock_level SET reserved = 3 WHERE item_id = $1', [wrong.itemId]);
  const ended = { startsAt: new Date(0).toISOString(), endsAt: new Date(1).toISOString() };
  await shop.createSale([{ itemId: wrong.itemId }], ended);
  const worker = await startService({
    app: 'worker',
    env: { DATABASE_URL: shop.databaseUrl, REDIS_URL: redis.url, LOG_LEVEL: 'error' },
  });
  try {
    await eventually(async () => {
      const metrics = await (await fetch(`${worker.url}/metrics`)).text();
      expect(metrics).toContain('holdfast_reconciliations_total{verdict="balanced"} 1');
      expect(metrics).toContain('holdfast_reconciliations_total{verdict="unbalanced"} 1');
    });
    const alerts = worker.logs().filter((line) => line.includes('the books of a sale disagree'));
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain(wrong.saleId);
    expect(alerts[0]).toContain('ledger_reserved');
    expect(alerts[0]).not.toContain(right.saleId);
  } finally {
    await worker.stop();
    await shop.close();
    await redis.stop();
  }
}, 60_000);

import { expect, test } from '@jest/globals';
import { Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';

test('a worker checks the books of sales under way, and says which of them disagree', async () => {
  const shop = await Shop.open();
  const [right, wrong] = [await shop.offer(10), await shop.offer(10)];
  await shop.record.query('UPDATE stock_level SET reserved = 3 WHERE item_id = $1', [wrong.itemId]);
  const ended = { startsAt: new Date(0).toISOString(), endsAt: new Date(1).toISOString() };
  await shop.createSale([{ itemId: wrong.itemId }], ended);
  const worker = await shop.startWorker();
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
  }
}, 60_000);

import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { SaleView } from '../sale.dto.js';
import { SaleFeed } from './sale-feed.js';

function saleOf(available: number, serverTime: string): SaleView {
  const item = { itemId: 'item', sku: 'A', name: 'A', description: '', imageUrl: null, purchaseLimit: null };
  return {
    ...{
      id: 'sale',
      name: 'Noon',
      status: 'live',
      startsAt: 'then',
      endsAt: 'later',
      metadata: {},
      serverTime,
    },
    items: [{ ...item, price: { amount: 1, currency: 'EUR' }, available, availability: 'in_stock' }],
  };
}

describe('SaleFeed', () => {
  test('does not begin with less than others have been told', async () => {
    let available = 3;
    const feed = new SaleFeed(() => Promise.resolve(saleOf(available, '2026-01-01T00:00:02.000Z')));
    const [first, second] = [new PassThrough(), new PassThrough()];
    feed.add(first, saleOf(3, '2026-01-01T00:00:01.000Z'));
    first.read();
    available = 2;
    await new Promise((resolve) => first.once('readable', resolve));
    expect(String(first.read())).toContain('"available":2');
    feed.add(second, saleOf(3, '2026-01-01T00:00:01.500Z')); // its read took long
    expect(String(second.read())).toContain('"available":2');
    feed.remove(first);
    feed.remove(second);
  });

  test('lets go of a watcher that does not take what it is sent', async () => {
    let available = 0;
    const feed = new SaleFeed(() => Promise.resolve(saleOf((available += 1), 'now')));
    const idle = new PassThrough();
    feed.add(idle, saleOf(0, 'now'));
    idle.write('x'.repeat(300 * 1024));
    await new Promise((resolve) => idle.once('close', resolve));
    expect(idle.destroyed).toBe(true);
    feed.remove(idle);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalService } from '#local';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';
import { Till } from '../payments/till.js';
import { eventually } from '../support/wait.js';

/** Long enough for the ids and times of everything below. */
const AGED_DAYS = 100;

describe('the retention', () => {
  let till: Till;
  let shop: ShopEndpoint;
  let worker: LocalService;

  beforeAll(async () => {
    shop = await ShopEndpoint.open();
    till = await Till.open(shop.env);
  }, 60_000);

  afterAll(async () => {
    await worker.stop();
    await till.close();
    await shop.close();
  });

  const count = async (table: string, where = 'true') => {
    const sql = `SELECT count(*)::integer AS n FROM ${table} WHERE ${where}`;
    return (await till.shop.record.query<{ n: number }>(sql)).rows[0]?.n;
  };
  const metrics = async () => (await fetch(`${worker.url}/metrics`)).text();

  test('removes what is old and was not sold, keeps all else, and the books balance before and after', async () => {
    const { record } = till.shop;
    const kept: string[] = [];
    const { itemId, saleId } = await till.shop.offer(20, { purchaseLimit: 4 });
    const order = async () => {
      const buyer = await till.shop.buyer();
      const { body } = await buyer.order(saleId, [{ itemId, quantity: 2 }]);
      return { buyer, id: body.id };
    };
    const cancel = ({ buyer, id }: Awaited<ReturnType<typeof order>>) =>
      buyer.request('POST', `/v1/orders/${id}/cancellation`);

    const cancelled = [await order(), await order()];
    for (const each of cancelled) await cancel(each);
    const [sold, declined, held, disputed, untold] = [
      await order(),
      await order(),
      await order(),
      await order(),
      await order(),
    ];
    await till.startWorker();
    await till.pay(sold.buyer, sold.id, 'succeed');
    await till.becomes(sold.buyer, sold.id, 'paid');
    const { body } = await till.pay(declined.buyer, declined.id, 'decline');
    await eventually(async () => expect(await count('payment', `status = 'declined'`)).toBe(1));
    await till.tell({ type: 'payment.failed', paymentId: body.paymentId, orderId: declined.id });
    await till.stopWorkers();
    for (const each of [declined, disputed, untold]) await cancel(each);
    await record.query(`DELETE FROM outbox_event WHERE order_id <> $1`, [untold.id]); // the shop has been told
    await record.query(
      `INSERT INTO payment (id, order_id, method, status, amount, currency) VALUES ($1, $2, 'sandbox', 'refunded', 1, 'EUR')`,
      [randomUUID(), disputed.id],
    );
    await age([...cancelled, sold, declined, disputed, untold].map(({ id }) => id));
    await writeOldRows();
    const recent = await order();
    await cancel(recent);
    kept.push(...[sold, disputed, untold].map(({ id }) => agedId(id)), held.id, recent.id);
    const before = await till.shop.reconcile(saleId);
    expect(before.balanced).toBe(true);

    worker = await till.shop.startWorker({ LOG_LEVEL: 'info' }); // it has no shop to tell: what is dead stays dead
    await eventually(async () => expect(await metrics()).toMatch(/removed_total\{kind="unsold_orders"\} 3/));
    expect((await record.query('SELECT id FROM customer_order ORDER BY id')).rows).toEqual(
      kept.sort().map((id) => ({ id })),
    );
    expect(await count('order_line')).toBe(kept.length);
    expect(
      await count(
        'stock_movement',
        'order_id IS NOT NULL AND NOT order_id = ANY (SELECT id FROM customer_order)',
      ),
    ).toBe(0);
    expect(await count('payment', `order_id NOT IN (SELECT id FROM customer_order)`)).toBe(0);
    expect(await count('payment_event', `payment_id = '${body.paymentId}'`)).toBe(0);
    expect(await count('purchase', `quantity = 0 AND buyer_id = '${cancelled[0]?.buyer.id}'`)).toBe(0);
    expect(await till.shop.reconcile(saleId)).toEqual(before);
  }, 90_000);

  test('forgets requests, events of the provider and dead letters that are old, and no others', async () => {
    await eventually(async () => {
      expect([
        await count('admin_request', `route = 'POST /old'`),
        await count('payment_event'),
        await count('outbox_event', `type = 'old' AND due_at IS NULL`),
        await count('outbox_event', `type = 'old' AND due_at IS NOT NULL`),
      ]).toEqual([1, 1, 2, 3]);
    });
    expect(await metrics()).toMatch(/removed_total\{kind="dead_letters"\} 1/);
  });

  /** Of each kind one that is ten days old, one of forty, and one of a hundred; what is still to be delivered among them. */
  async function writeOldRows(): Promise<void> {
    const { record } = till.shop;
    for (const days of [10, 40, AGED_DAYS]) {
      const values = [randomUUID(), days];
      await record.query(
        `INSERT INTO admin_request (idempotency_key, route, request_hash, created_at)
         VALUES ($1::text, 'POST /old', '', now() - make_interval(days => $2))`,
        values,
      );
      await record.query(
        `INSERT INTO payment_event (event_id, type, payment_id, received_at)
         VALUES ($1::text, 'payment.failed', $1::uuid, now() - make_interval(days => $2))`,
        values,
      );
      await record.query(
        `INSERT INTO outbox_event (type, item_id, available, occurred_at, due_at)
         SELECT 'old', $1::uuid, 1, now() - make_interval(days => $2), due
         FROM unnest(ARRAY[NULL, now() + interval '1 day']) AS due`,
        values,
      );
    }
  }

  /** As if it had all happened long ago: ids begin with their time. */
  async function age(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const values = [id, agedId(id)];
      for (const [table, column] of [
        ['customer_order', 'id'],
        ['order_line', 'order_id'],
        ['stock_movement', 'order_id'],
        ['payment', 'order_id'],
        ['outbox_event', 'order_id'],
      ]) {
        await till.shop.record.query(`UPDATE ${table} SET ${column} = $2 WHERE ${column} = $1`, values);
      }
    }
    await till.shop.record.query(
      `UPDATE payment_event SET received_at = received_at - interval '${AGED_DAYS} days'`,
    );
  }

  function agedId(id: string): string {
    const ms = parseInt(id.replace('-', '').slice(0, 12), 16) - AGED_DAYS * 86_400_000;
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(13)}`;
  }
});

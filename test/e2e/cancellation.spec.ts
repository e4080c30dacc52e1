import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationEnds } from '#orders';
import { Database } from '#platform';
import { Shop, tally, type Buyer, type OrderBody } from '../support/shop.js';
import { asServed } from '../support/database.js';

describe('cancellation', () => {
  let shop: Shop;
  let database: Database;

  beforeAll(async () => {
    shop = await Shop.open();
    database = new Database({ ...asServed(shop.databaseUrl), poolSize: 4 });
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await shop.close();
  });

  const cancel = (buyer: Buyer, orderId: string) =>
    buyer.request<OrderBody>('POST', `/v1/orders/${orderId}/cancellation`);

  const movementsOf = async (orderId: string) => {
    const sql = 'SELECT kind, reserved_delta FROM stock_movement WHERE order_id = $1 ORDER BY id';
    const { rows } = await shop.record.query<{ kind: string; reserved_delta: number }>(sql, [orderId]);
    return rows.map(({ kind, reserved_delta: delta }) => `${kind} ${delta}`);
  };

  async function orderOf(stock: number, terms = {}) {
    const { itemId, saleId } = await shop.offer(stock, terms);
    const buyer = await shop.buyer();
    const place = (by = buyer, quantity = stock) => by.order(saleId, [{ itemId, quantity }]);
    const { body } = await place();
    return { itemId, saleId, buyer, order: body, place };
  }

  test('gives stock, limit and allotment back at once: the next order has them', async () => {
    const { saleId, buyer, order, place } = await orderOf(2, { purchaseLimit: 2, allotment: 2 });
    expect(order.status).toBe('pending_payment');
    const other = await shop.buyer();
    expect((await place(other)).body.code).toBe('sold_out');
    const cancelled = await cancel(buyer, order.id);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
    expect((await place(other)).status).toBe(201);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('gives a buyer the limit back', async () => {
    const { buyer, order, place } = await orderOf(4, { purchaseLimit: 4 });
    expect((await place(buyer, 1)).body.code).toBe('purchase_limit_reached');
    await cancel(buyer, order.id);
    expect((await place()).status).toBe(201);
  });

  test('of twenty at the same time releases once, and each hears of it', async () => {
    const { saleId, buyer, order } = await orderOf(3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(buyer, order.id)));
    expect(tally(answers)).toEqual({ 200: 20 });
    expect(await movementsOf(order.id)).toEqual(['reserve 3', 'release -3']);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('of another buyer’s order, or of none, is 404', async () => {
    const { order } = await orderOf(1);
    expect((await cancel(await shop.buyer(), order.id)).body.code).toBe('not_found');
    expect((await cancel(await shop.buyer(), randomUUID())).body.code).toBe('not_found');
    expect(await movementsOf(order.id)).toEqual(['reserve 1']);
  });

  test('of an order that is past that is refused', async () => {
    const { buyer, order } = await orderOf(1);
    await shop.record.query(`UPDATE customer_order SET status = 'fulfilled' WHERE id = $1`, [order.id]);
    expect((await cancel(buyer, order.id)).body.code).toBe('invalid_order_state');
    expect(await movementsOf(order.id)).toEqual(['reserve 1']);
  });

  test('leaves a replay what it was: the order as it was created', async () => {
    const { itemId, saleId } = await shop.offer(1);
    const buyer = await shop.buyer();
    const place = () => buyer.order(saleId, [{ itemId, quantity: 1 }], 'the-same-key');
    const first = await place();
    await cancel(buyer, first.body.id);
    expect((await place()).body).toEqual(first.body);
  });

  test('and expiry in the same instant, two hundred times, release once', async () => {
    const { itemId, saleId } = await shop.offer(200);
    const buyer = await shop.buyer();
    const orders = await Promise.all(
      Array.from({ length: 200 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }])),
    );
    await shop.record.query('UPDATE customer_order SET expires_at = now() WHERE sale_id = $1', [saleId]);
    const reservations = new ReservationEnds(database);
    const sweeps = (async () => {
      for (let round = 0; round < 40; round += 1) await reservations.expireSome(5);
    })();
    const answers = await Promise.all(orders.map(({ body }) => cancel(buyer, body.id)));
    await sweeps;
    const { rows } = await shop.record.query<{ status: string; releases: number }>(
      `SELECT status, count(m.id)::int AS releases FROM customer_order o
       LEFT JOIN stock_movement m ON m.order_id = o.id AND m.kind = 'release'
       WHERE sale_id = $1 GROUP BY o.id, status`,
      [saleId],
    );
    const ended = (status: string) => rows.filter((row) => row.status === status).length;
    expect(ended('cancelled') + ended('expired')).toBe(200);
    expect(new Set(rows.map(({ releases }) => releases))).toEqual(new Set([1]));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(ended('cancelled'));
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.available]).toEqual([true, 200]);
  }, 60_000);
});

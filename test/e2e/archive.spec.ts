import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop, type Buyer, type OrderBody } from '../support/shop.js';

describe('an order whose key has been archived', () => {
  let shop: Shop;
  let buyer: Buyer;
  let saleId: string;
  let itemId: string;
  const key = randomUUID();

  beforeAll(async () => {
    shop = await Shop.open();
    ({ saleId, itemId } = await shop.offer(3));
    buyer = await shop.buyer();
    await order(key);
    await shop.record.query('UPDATE customer_order SET archived = true');
    await order(randomUUID());
    await order(randomUUID()); // the last unit
  }, 60_000);

  afterAll(() => shop.close());

  const order = (orderKey: string, quantity = 1) => buyer.order(saleId, [{ itemId, quantity }], orderKey);

  test('is what a replay answers, though the sale has sold out', async () => {
    expect((await order(randomUUID())).body).toMatchObject({ code: 'sold_out' });
    const answer = await order(key);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
  });

  test('keeps its key from another body', async () => {
    expect((await order(key, 2)).body).toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('stands in its buyer’s list behind the recent ones', async () => {
    const { body } = await buyer.request<{ data: OrderBody[] }>('GET', '/v1/orders');
    const ids = body.data.map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...ids].sort().reverse());
    const archived = await shop.record.query<{ id: string }>('SELECT id FROM customer_order WHERE archived');
    expect(ids.at(-1)).toBe(archived.rows[0]?.id);
  });
});

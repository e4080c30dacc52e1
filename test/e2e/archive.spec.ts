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

  async function archivedIn(offer: { saleId: string; itemId: string }) {
    const lines = [{ itemId: offer.itemId, quantity: 1 }];
    const regular = await shop.buyer();
    const again = () => regular.order(offer.saleId, lines, 'one-key');
    const { body } = await again();
    await shop.record.query('UPDATE customer_order SET archived = true WHERE id = $1', [body.id]);
    return { lines, again, first: body };
  }

  test('is what a replay answers where its buyer has reached the limit', async () => {
    const { again, first } = await archivedIn(await shop.offer(10, { purchaseLimit: 1 }));
    const answer = await again();
    expect([answer.status, answer.body]).toEqual([201, first]);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
  });

  test('is what replays answer that nothing refuses, and orders beside them are placed', async () => {
    const offer = await shop.offer(10);
    const { lines, again, first } = await archivedIn(offer);
    const buyers = await shop.buyers(3);
    const [replays, fresh] = await Promise.all([
      Promise.all([again(), again(), again()]),
      Promise.all(buyers.map((other) => other.order(offer.saleId, lines))),
    ]);
    expect(replays.map(({ status, body }) => [status, body])).toEqual(replays.map(() => [201, first]));
    expect(replays.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual(
      replays.map(() => 'true'),
    );
    expect(new Set([first.id, ...fresh.map(({ body }) => body.id)]).size).toBe(4);
    expect((await shop.reconcile(offer.saleId)).items[0]?.reserved).toBe(4);
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

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectStatus, type Buyer } from '../support/shop.js';
import { Till } from '../payments/till.js';

interface Erasure {
  pseudonym: string | null;
  orders: number;
}

describe('erasing a buyer', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
    await till.startWorker();
  }, 60_000);

  afterAll(() => till.close());

  const erase = (buyer: Buyer, key?: string) =>
    till.shop.admin<Erasure>('POST', `/v1/admin/buyers/${buyer.id}/erasure`, undefined, key);

  /** An order that was sold, and one that was cancelled; with all that buyers and administrators may write. */
  async function regular() {
    const { itemId, saleId } = await till.shop.offer(10, { purchaseLimit: 3 });
    const buyer = await till.shop.buyer();
    const order = async (fields = {}) =>
      expectStatus(
        await buyer.order(saleId, [{ itemId, quantity: 1 }], `ann@example.org/${randomUUID()}`, fields),
        201,
      ).body;
    const sold = await order({ metadata: { name: 'Ann Example' } });
    await till.pay(buyer, sold.id, 'succeed');
    await till.becomes(buyer, sold.id, 'paid');
    const cancelled = await order();
    await buyer.request('POST', `/v1/orders/${cancelled.id}/cancellation`);
    return { itemId, saleId, buyer, sold, cancelled };
  }

  /** Every row of every table that names somebody. */
  async function rowsThatName(id: string): Promise<string[]> {
    const { record } = till.shop;
    const tables = await record.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await record.query(
        `SELECT row FROM ${name} row WHERE row::text ILIKE '%' || $1 || '%'`,
        [id],
      );
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  test('leaves nothing that names them, their orders under a pseudonym, and the books as they were', async () => {
    const { buyer, saleId, sold, cancelled } = await regular();
    expectStatus(await till.shop.admin('POST', `/v1/admin/orders/${sold.id}/fulfilment`), 200);
    await till.shop.record.query('UPDATE customer_order SET archived = true WHERE id = $1', [cancelled.id]);
    expect((await rowsThatName(buyer.id)).sort()).toEqual(['admin_request', 'customer_order', 'purchase']);
    const before = await till.shop.reconcile(saleId);

    const { body } = expectStatus(await erase(buyer), 200);
    expect(body).toEqual({ pseudonym: expect.stringMatching(/^[0-9a-f-]{36}$/), orders: 2 });
    for (const trace of [buyer.id, 'Ann Example', 'ann@example.org'])
      expect(await rowsThatName(trace)).toEqual([]);
    expect(await till.shop.reconcile(saleId)).toEqual(before);
    expect(before.balanced).toBe(true);
    const orders = await till.shop.admin<{ data: { id: string; status: string; buyerId: string }[] }>(
      'GET',
      `/v1/admin/orders?buyerId=${body.pseudonym}`,
    );
    expect(orders.body.data.map(({ id, status }) => [id, status])).toEqual([
      [cancelled.id, 'cancelled'],
      [sold.id, 'fulfilled'],
    ]);
    expect((await buyer.request<{ data: [] }>('GET', '/v1/orders')).body.data).toEqual([]);
    const trail = 'SELECT orders FROM buyer_erasure WHERE pseudonym = $1';
    expect((await till.shop.record.query(trail, [body.pseudonym])).rows).toEqual([{ orders: 2 }]);
  });

  test('happens once, and its key gives the same answer again', async () => {
    const { buyer } = await regular();
    const key = randomUUID();
    const first = expectStatus(await erase(buyer, key), 200);
    const again = expectStatus(await erase(buyer, key), 200);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
    expect((await erase(buyer)).body).toEqual({ pseudonym: null, orders: 0 });
    expect((await erase(await till.shop.buyer(), key)).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test('waits for nothing that is under way: a reservation, a payment, a refund', async () => {
    const { buyer, saleId, itemId, sold } = await regular();
    const { body: held } = await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    expect((await erase(buyer)).body).toMatchObject({ code: 'invalid_order_state', status: 409 });
    await till.pay(buyer, held.id, 'timeout'); // the gateway is asked again after ten seconds
    expect((await erase(buyer)).body).toMatchObject({ code: 'invalid_order_state' });
    await till.shop.record.query(
      `UPDATE payment SET status = 'declined', due_at = NULL WHERE order_id = $1`,
      [held.id],
    );
    await buyer.request('POST', `/v1/orders/${held.id}/cancellation`);
    await till.stopWorkers();
    await till.shop.admin('POST', `/v1/admin/orders/${sold.id}/refund`, { reason: 'Ann Example called' });
    expect((await erase(buyer)).body).toMatchObject({ code: 'invalid_order_state' });
    await till.startWorker();
    await till.becomes(buyer, sold.id, 'refunded');
    expect((await erase(buyer)).body).toMatchObject({ orders: 3 });
    expect(await rowsThatName('Ann Example')).toEqual([]);
  });

  test('needs the administrators’ key', async () => {
    const buyer = await till.shop.buyer();
    expect((await till.shop.request('POST', `/v1/admin/buyers/${buyer.id}/erasure`)).status).toBe(401);
    expect((await till.shop.admin('POST', '/v1/admin/buyers/nobody/erasure')).status).toBe(404);
  });
});

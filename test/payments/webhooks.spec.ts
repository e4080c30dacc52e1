import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Till } from './till.js';

/** What the provider tells by itself; no worker asks it, unless a test starts one. */
describe('the provider’s webhooks', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  }, 60_000);

  afterEach(() => till.stopWorkers());
  afterAll(() => till.close());

  async function paying(stock = 1, terms = {}) {
    const placed = await till.order(stock, { terms });
    const { paymentId } = (await till.pay(placed.buyer, placed.order.id)).body;
    const of = { paymentId, orderId: placed.order.id };
    return { ...placed, paymentId, of };
  }

  /** An order that has expired with its payment pending, which the gateway is not asked about. */
  async function expired(stock = 1) {
    const placed = await paying(stock);
    await till.shop.record.query('UPDATE payment SET due_at = NULL WHERE id = $1', [placed.paymentId]);
    await till.shop.record.query('UPDATE customer_order SET expires_at = now() WHERE id = $1', [
      placed.order.id,
    ]);
    await till.startWorker();
    await till.becomes(placed.buyer, placed.order.id, 'expired');
    return placed;
  }

  /** An order that was cancelled when its payment had been told as a failure. */
  async function cancelled(terms = {}) {
    const placed = await paying(1, terms);
    await till.tell({ type: 'payment.failed', ...placed.of });
    await placed.buyer.request('POST', `/v1/orders/${placed.order.id}/cancellation`);
    await till.becomes(placed.buyer, placed.order.id, 'cancelled');
    return placed;
  }

  const alerts = async () => {
    const { body } = await till.shop.request<string>('GET', '/metrics');
    return Number(/^holdfast_payment_alerts_total (\d+)$/m.exec(body)?.[1]);
  };

  test('pay the order, once however often they come', async () => {
    const { buyer, order, of } = await paying();
    const event = { type: 'payment.succeeded', eventId: randomUUID(), ...of };
    const answers = await Promise.all(Array.from({ length: 5 }, () => till.tell(event)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await till.tell({ ...event, eventId: randomUUID() })).status).toBe(200); // the same, told anew
    expect((await till.read(buyer, order.id)).status).toBe('paid');
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'sell -1 -1']);
  });

  test('that come late change nothing that is settled', async () => {
    const { buyer, order, of } = await paying();
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.tell({ type: 'payment.failed', ...of })).status).toBe(200);
    expect(await till.read(buyer, order.id)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'succeeded' }],
    });
  });

  test('take a capture for true that was told as a failure first', async () => {
    const { buyer, order, of } = await paying();
    await till.tell({ type: 'payment.failed', failureCode: 'no_answer', ...of });
    expect(await till.read(buyer, order.id)).toMatchObject({
      status: 'pending_payment',
      payments: [{ status: 'declined', failureCode: 'no_answer' }],
    });
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.read(buyer, order.id)).status).toBe('paid');
  });

  test('give back what was captured beside another payment', async () => {
    const { buyer, order, of } = await paying();
    await till.tell({ type: 'payment.failed', ...of });
    const second = (await till.pay(buyer, order.id)).body.paymentId;
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.read(buyer, order.id)).status).toBe('pending_payment');
    await till.tell({ type: 'payment.succeeded', orderId: order.id, paymentId: second });
    expect((await till.read(buyer, order.id)).status).toBe('paid');
    const { rows } = await till.shop.record.query(
      'SELECT due_at IS NOT NULL AS due FROM payment WHERE id = $1',
      [of.paymentId],
    );
    expect(rows).toEqual([{ due: true }]); // for a refund
  });

  test('give back what was captured when another payment had been paid and refunded', async () => {
    const { buyer, order, of } = await paying();
    await till.tell({ type: 'payment.failed', ...of });
    const second = { orderId: order.id, paymentId: (await till.pay(buyer, order.id)).body.paymentId };
    await till.tell({ type: 'payment.succeeded', ...second });
    await till.tell({ type: 'payment.refunded', ...second });
    const before = await alerts();
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.read(buyer, order.id)).status).toBe('refunded');
    expect(await alerts()).toBe(before + 1);
    const sql = 'SELECT due_at IS NOT NULL AS due FROM payment WHERE id = $1';
    expect((await till.shop.record.query(sql, [of.paymentId])).rows).toEqual([{ due: true }]); // for a refund
  });

  test('alert once of what was captured beside another payment, however often an event is told', async () => {
    const { buyer, order, of } = await paying();
    await till.tell({ type: 'payment.failed', ...of });
    await till.pay(buyer, order.id);
    const before = await alerts();
    const event = { type: 'payment.succeeded', eventId: randomUUID(), ...of };
    await Promise.all([till.tell(event), till.tell(event)]);
    expect((await till.tell(event)).status).toBe(200);
    expect(await alerts()).toBe(before + 1);
  });

  test('sell a late capture from what is free', async () => {
    const { saleId, buyer, order, of } = await expired(2);
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.read(buyer, order.id)).status).toBe('paid');
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 2', 'release 0 -2', 'sell -2 0']);
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('sell a late capture of an order that was cancelled', async () => {
    const { saleId, buyer, order, of } = await cancelled();
    await till.tell({ type: 'payment.succeeded', ...of });
    expect(await till.read(buyer, order.id)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'succeeded' }],
    });
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'release 0 -1', 'sell -1 0']);
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
  });

  test.each([{ purchaseLimit: 1 }, { allotment: 1 }])(
    'refund a late capture for which %j leaves no room, and move nothing',
    async (terms) => {
      const { itemId, saleId, buyer, order, of } = await cancelled(terms);
      const more = { quantity: 5, reason: 'more' };
      await till.shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, more);
      expect((await buyer.order(saleId, [{ itemId, quantity: 1 }])).status).toBe(201);
      await till.tell({ type: 'payment.succeeded', ...of });
      expect((await till.read(buyer, order.id)).status).toBe('refund_pending');
      expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'release 0 -1']);
      expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
    },
  );

  test('refund a late capture of another amount, though the goods are there, and move nothing', async () => {
    const { saleId, buyer, order, of } = await cancelled();
    const before = await alerts();
    await till.tell({ type: 'payment.succeeded', amount: 1, ...of });
    expect((await till.read(buyer, order.id)).status).toBe('refund_pending');
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'release 0 -1']);
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
    expect(await alerts()).toBe(before + 1);
  });

  test('refund a late capture for which there is nothing left', async () => {
    const { itemId, saleId, buyer, order, paymentId, of } = await expired();
    await till.shop.record.query(
      `INSERT INTO sandbox_charge (payment_id, status, amount, currency)
       SELECT id, 'captured', amount, currency FROM payment WHERE id = $1`,
      [paymentId],
    );
    const other = await till.shop.buyer();
    expect((await other.order(saleId, [{ itemId, quantity: 1 }])).status).toBe(201);
    await till.tell({ type: 'payment.succeeded', ...of });
    const refunded = await till.becomes(buyer, order.id, 'refunded');
    expect(refunded.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await till.chargeOf(paymentId)).toMatchObject({ status: 'refunded' });
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'release 0 -1']);
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
  }, 60_000);

  test.each([[1], [{ amount: 1, currency: 'EUR' }], [{ amount: 10_000, currency: 'USD' }]])(
    'send a capture of %j back instead of selling for it',
    async (amount) => {
      const { saleId, buyer, order, of } = await paying();
      await till.tell({ type: 'payment.succeeded', amount, ...of });
      expect((await till.read(buyer, order.id)).status).toBe('refund_pending');
      const { balanced, items } = await till.shop.reconcile(saleId);
      expect([balanced, items[0]?.available]).toEqual([true, 1]);
      const metrics = (await till.shop.request<string>('GET', '/metrics')).body;
      expect(metrics).toMatch(/holdfast_payment_alerts_total [1-9]/);
    },
  );

  test('take the right amount, in either form', async () => {
    const first = await paying();
    await till.tell({ type: 'payment.succeeded', amount: 10_000, currency: 'EUR', ...first.of });
    expect((await till.read(first.buyer, first.order.id)).status).toBe('paid');
    const second = await paying();
    await till.tell({ type: 'payment.succeeded', amount: { amount: 10_000, currency: 'EUR' }, ...second.of });
    expect((await till.read(second.buyer, second.order.id)).status).toBe('paid');
  });

  test('of a refund that comes before its capture are to be told again', async () => {
    const { buyer, order, of } = await paying();
    const refund = { type: 'payment.refunded', eventId: randomUUID(), ...of };
    expect((await till.tell(refund)).status).toBe(409);
    await till.tell({ type: 'payment.succeeded', ...of });
    expect((await till.tell(refund)).status).toBe(200);
    expect((await till.read(buyer, order.id)).status).toBe('refunded');
  });

  test('of payments that are not there are 404', async () => {
    const { of } = await paying();
    const unknown = { type: 'payment.succeeded', orderId: of.orderId, paymentId: randomUUID() };
    expect((await till.tell(unknown)).status).toBe(404);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/wait.js';
import { tally } from '../support/shop.js';
import { Till } from './till.js';

describe('payments', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  }, 60_000);

  afterEach(() => till.stopWorkers());
  afterAll(() => till.close());

  test('sell the reserved stock: the order is paid once', async () => {
    await till.startWorker();
    const { saleId, buyer, order } = await till.order(2);
    const receipt = await till.pay(buyer, order.id, 'succeed');
    expect([receipt.status, receipt.body.status]).toEqual([202, 'pending']);
    const paid = await till.becomes(buyer, order.id, 'paid');
    expect(paid.payments).toMatchObject([
      { id: receipt.body.paymentId, status: 'succeeded', failureCode: null },
    ]);
    expect(Date.parse(paid.paidAt ?? '')).toBeGreaterThan(Date.parse(order.createdAt));
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 2', 'sell -2 -2']);
    const { balanced, items } = await till.shop.reconcile(saleId);
    expect([balanced, items[0]]).toMatchObject([true, { onHand: 0, reserved: 0 }]);
    expect((await till.pay(buyer, order.id)).body.code).toBe('invalid_order_state');
    const cancelled = await buyer.request('POST', `/v1/orders/${order.id}/cancellation`);
    expect(cancelled.body.code).toBe('invalid_order_state');
  });

  test('that are declined leave the reservation, and may be tried again', async () => {
    await till.startWorker();
    const { buyer, order } = await till.order();
    await till.pay(buyer, order.id, 'decline');
    await eventually(async () => {
      const { status, payments } = await till.read(buyer, order.id);
      expect([status, payments]).toMatchObject([
        'pending_payment',
        [{ status: 'declined', failureCode: 'card_declined' }],
      ]);
    });
    await till.pay(buyer, order.id);
    const { payments } = await till.becomes(buyer, order.id, 'paid');
    expect(payments.map(({ status }) => status)).toEqual(['declined', 'succeeded']);
  });

  test('are one at a time: whoever asks again gets the one that is pending, and cannot cancel', async () => {
    const { buyer, order } = await till.order();
    const answers = await Promise.all(Array.from({ length: 10 }, () => till.pay(buyer, order.id)));
    expect(tally(answers)).toEqual({ 202: 10 });
    expect(new Set(answers.map(({ body }) => body.paymentId)).size).toBe(1);
    const cancelled = await buyer.request('POST', `/v1/orders/${order.id}/cancellation`);
    expect(cancelled.body.code).toBe('payment_in_progress');
    expect((await till.pay(await till.shop.buyer(), order.id)).body.code).toBe('not_found');
  });

  test('extend the hold once, for so long as the gateway may need', async () => {
    const { buyer, order } = await till.order(1, { sale: { reservationTtlSeconds: 5 } });
    await till.pay(buyer, order.id);
    const { expiresAt } = await till.read(buyer, order.id);
    expect(Date.parse(expiresAt) - Date.parse(order.expiresAt)).toBeGreaterThan(50_000);
    await till.tell({
      type: 'payment.failed',
      orderId: order.id,
      paymentId: (await till.read(buyer, order.id)).payments[0]?.id,
    });
    await till.pay(buyer, order.id);
    expect((await till.read(buyer, order.id)).expiresAt).toBe(expiresAt);
  });

  test('of an order whose time is over are refused', async () => {
    const { buyer, order } = await till.order();
    await till.shop.record.query('UPDATE customer_order SET expires_at = now() WHERE id = $1', [order.id]);
    expect((await till.pay(buyer, order.id)).body.code).toBe('invalid_order_state');
  });

  test('that time out are asked for again under the same key, and take the money once', async () => {
    await till.startWorker();
    const { buyer, order } = await till.order();
    const { paymentId } = (await till.pay(buyer, order.id, 'timeout')).body;
    await eventually(async () => expect(await till.chargeOf(paymentId)).toMatchObject({ asked: 1 }));
    expect((await till.read(buyer, order.id)).status).toBe('pending_payment');
    await till.shop.record.query('UPDATE payment SET due_at = now() WHERE id = $1', [paymentId]); // instead of 10 s
    await till.becomes(buyer, order.id, 'paid');
    expect(await till.chargeOf(paymentId)).toEqual({ status: 'captured', asked: 2 });
  });

  test.each([
    [{ method: 'cash' }],
    [{}],
    [{ method: 'sandbox', outcome: 'win' }],
    [{ method: 'sandbox', amount: 1 }],
    [[]],
  ])('refuse %j', async (body) => {
    const { buyer, order } = await till.order();
    const answer = await buyer.request('POST', `/v1/orders/${order.id}/payments`, { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectStatus, tally, type Buyer } from '../support/shop.js';
import { Till, type PaidOrder } from './till.js';

interface AdminOrder extends PaidOrder {
  buyerId: string;
}

describe('administration of orders', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open();
  }, 60_000);

  afterEach(() => till.stopWorkers());
  afterAll(() => till.close());

  const move = (orderId: string, to: 'fulfilment' | 'refund', body?: object, key?: string) =>
    till.shop.admin<AdminOrder & { code?: string; detail?: string }>(
      'POST',
      `/v1/admin/orders/${orderId}/${to}`,
      body,
      key,
    );

  const lookUp = (query: Record<string, string>) =>
    till.shop.admin<{ data: AdminOrder[]; nextCursor: string | null }>(
      'GET',
      `/v1/admin/orders?${new URLSearchParams(query).toString()}`,
    );

  async function paid(stock = 1, terms = {}) {
    const placed = await till.order(stock, { terms });
    await till.pay(placed.buyer, placed.order.id);
    await till.becomes(placed.buyer, placed.order.id, 'paid');
    return placed;
  }

  const refunded = async (buyer: Buyer, orderId: string, body?: object) => {
    expect(expectStatus(await move(orderId, 'refund', body), 200).body.status).toBe('refund_pending');
    return till.becomes(buyer, orderId, 'refunded');
  };

  test('finds orders by sale, state and buyer, a page at a time, newest first', async () => {
    const { saleId, itemId } = await till.shop.offer(100);
    const buyers = await till.shop.buyers(2);
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const answer = await buyers[index % 2]?.order(saleId, [{ itemId, quantity: 1 }]);
      if (answer) ids.unshift(answer.body.id);
    }
    await buyers[0]?.request('POST', `/v1/orders/${ids[1] ?? ''}/cancellation`);

    const first = expectStatus(await lookUp({ saleId }), 200).body;
    const second = (await lookUp({ saleId, cursor: first.nextCursor ?? '' })).body;
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    expect((await lookUp({ saleId, status: 'cancelled' })).body.data.map(({ id }) => id)).toEqual([ids[1]]);
    const buyerId = first.data[0]?.buyerId ?? '';
    const own = (await lookUp({ buyerId, status: 'pending_payment' })).body.data;
    expect(own.map(({ id }) => id)).toEqual(ids.filter((_, index) => index % 2 === 0));
    expect((await till.shop.admin<AdminOrder>('GET', `/v1/admin/orders/${ids[0] ?? ''}`)).body).toMatchObject(
      {
        id: ids[0],
        buyerId,
        lines: [{ itemId, quantity: 1 }],
      },
    );
  });

  test('does not find what is not there', async () => {
    const unknown = await till.shop.admin('GET', `/v1/admin/orders/${randomUUID()}`);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
  });

  test('fulfils a paid order once; it cannot be refunded then', async () => {
    const { order } = await till.order();
    expect((await move(order.id, 'fulfilment')).body.code).toBe('invalid_order_state');
    await till.startWorker();
    const { order: bought } = await paid();
    const answers = await Promise.all(Array.from({ length: 5 }, () => move(bought.id, 'fulfilment')));
    expect(tally(answers)).toEqual({ 200: 5 });
    expect(answers[0]?.body.status).toBe('fulfilled');
    const refund = await move(bought.id, 'refund', { returnsStock: true });
    expect([refund.status, refund.body.code, refund.body.detail]).toEqual([
      409,
      'invalid_order_state',
      'Only a paid order can be refunded; this one is fulfilled.',
    ]);
    expect((await move(randomUUID(), 'fulfilment')).status).toBe(404);
  });

  test('a refund gives the money back, and the units where it says so: shelf, limit and allotment have them again', async () => {
    await till.startWorker();
    const { buyer, order, saleId, itemId } = await paid(2, { purchaseLimit: 2, allotment: 2 });
    const after = await refunded(buyer, order.id, { returnsStock: true, reason: 'a scratch on the display' });
    expect(after.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await till.chargeOf(after.payments[0]?.id ?? '')).toMatchObject({ status: 'refunded' });
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 2', 'sell -2 -2', 'return 2 0']);
    expectStatus(await buyer.order(saleId, [{ itemId, quantity: 2 }]), 201);
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('without a word of the units they stay away', async () => {
    await till.startWorker();
    const { buyer, order, saleId, itemId } = await paid();
    await refunded(buyer, order.id);
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'sell -1 -1']);
    expect((await buyer.order(saleId, [{ itemId, quantity: 1 }])).body).toMatchObject({ code: 'sold_out' });
    expect((await till.shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('a refund happens once, whoever asks for it how often', async () => {
    await till.startWorker();
    const { buyer, order } = await paid();
    const key = randomUUID();
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => move(order.id, 'refund', { returnsStock: true }, key)),
      ...Array.from({ length: 5 }, () => move(order.id, 'refund', { returnsStock: true })),
    ]);
    expect(tally(answers)).toEqual({ 200: 10 });
    await till.becomes(buyer, order.id, 'refunded');
    expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'sell -1 -1', 'return 1 0']);
    expect((await move(order.id, 'refund', {}, key)).body.code).toBe('idempotency_key_reused');
  });

  test('fulfilment against refund in the same instant: one of them happens', async () => {
    await till.startWorker();
    for (let round = 0; round < 10; round += 1) {
      const { buyer, order } = await paid();
      const [fulfilment, refund] = await Promise.all([
        move(order.id, 'fulfilment'),
        move(order.id, 'refund'),
      ]);
      expect([fulfilment.status, refund.status].sort()).toEqual([200, 409]);
      await till.becomes(buyer, order.id, fulfilment.status === 200 ? 'fulfilled' : 'refunded');
    }
  });
});

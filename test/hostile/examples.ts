import { randomUUID } from 'node:crypto';
import { expectStatus, type Buyer } from '../support/shop.js';
import type { Till } from '../payments/till.js';

/** What there is in the shop for requests to name. */
export interface World {
  readonly buyer: Buyer;
  /** A live sale of it, and what of it `buyer` has ordered. */
  readonly itemId: string;
  readonly saleId: string;
  readonly orderId: string;
  /** Another of the buyer's, for whoever moves it. */
  readonly cancelledId: string;
  readonly fulfilledId: string;
  readonly refundedId: string;
  readonly deadLetterId: string;
  /** A sale that has not begun. */
  readonly upcomingId: string;
  readonly payment: { readonly orderId: string; readonly paymentId: string };
  /** Changed by whoever likes. */
  readonly spare: { readonly itemId: string; readonly sku: string; readonly saleId: string };
}

export interface Example {
  readonly as: 'nobody' | 'buyer' | 'administrator' | 'provider';
  /** Anew for every request: what takes effect once is made once. It has every member that the route knows. */
  readonly body?: (world: World) => Record<string, unknown>;
  /** What its path names. */
  readonly params?: (world: World) => Record<string, string>;
}

const price = { amount: 10_000, currency: 'EUR' };
const metadata = { note: 'a note' };
const times = { startsAt: '2026-01-01T12:00:00Z', endsAt: '2099-01-01T12:00:00Z' };
const adjustment = { quantity: 1, reason: 'a delivery' };
const item = {
  ...{ name: 'A phone', description: 'It rings', imageUrl: '/pictures/phone.svg', price, metadata },
  lowStockThreshold: 3,
};

/** A valid request to every route. A route of the service that is not here fails the tests. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /health/live': { as: 'nobody' },
  'GET /health/ready': { as: 'nobody' },
  'GET /metrics': { as: 'nobody' },
  'GET /v1/sales': { as: 'nobody' },
  'GET /v1/sales/{saleId}': { as: 'nobody', params: ({ saleId }) => ({ saleId }) },
  'GET /v1/sales/{saleId}/stream': { as: 'nobody', params: ({ saleId }) => ({ saleId }) },
  'POST /v1/auth/guest': { as: 'nobody' },
  'POST /v1/orders': {
    as: 'buyer',
    body: ({ saleId, itemId }) => ({
      ...{ saleId, lines: [{ itemId, quantity: 1 }] },
      ...{ expectedTotal: { ...price }, metadata: { ...metadata } },
    }),
  },
  'GET /v1/orders': { as: 'buyer' },
  'GET /v1/orders/{id}': { as: 'buyer', params: ({ orderId: id }) => ({ id }) },
  'POST /v1/orders/{id}/payments': {
    as: 'buyer',
    params: ({ orderId: id }) => ({ id }),
    body: () => ({ method: 'sandbox', outcome: 'succeed', token: 'a-card' }),
  },
  'POST /v1/orders/{id}/cancellation': { as: 'buyer', params: ({ cancelledId: id }) => ({ id }) },
  'POST /v1/webhooks/payments': {
    as: 'provider',
    body: ({ payment }) => ({
      ...{ eventId: randomUUID(), type: 'payment.succeeded', ...payment },
      ...{ amount: { ...price }, currency: 'EUR', failureCode: 'none' },
    }),
  },
  'POST /v1/admin/items': {
    as: 'administrator',
    body: () => ({ sku: `SKU-${randomUUID()}`, ...structuredClone(item), stock: 5 }),
  },
  'GET /v1/admin/items': { as: 'administrator' },
  'GET /v1/admin/items/{id}': { as: 'administrator', params: ({ itemId: id }) => ({ id }) },
  'PATCH /v1/admin/items/{id}': {
    as: 'administrator',
    params: ({ spare }) => ({ id: spare.itemId }),
    body: () => structuredClone(item),
  },
  'POST /v1/admin/items/{id}/stock-adjustments': {
    as: 'administrator',
    params: ({ spare }) => ({ id: spare.itemId }),
    body: () => ({ ...adjustment }),
  },
  'GET /v1/admin/items/{id}/stock-adjustments': {
    as: 'administrator',
    params: ({ itemId: id }) => ({ id }),
  },
  'POST /v1/admin/stock-adjustments': {
    as: 'administrator',
    body: ({ spare: { sku } }) => ({ adjustments: [{ sku, reference: randomUUID(), ...adjustment }] }),
  },
  'POST /v1/admin/sales': {
    as: 'administrator',
    body: ({ spare: { itemId } }) => ({
      ...{ name: 'A sale', ...times, reservationTtlSeconds: 60, metadata: { ...metadata } },
      items: [{ itemId, purchaseLimit: 2, price: { ...price }, allotment: 1 }],
    }),
  },
  'PATCH /v1/admin/sales/{id}': {
    as: 'administrator',
    params: ({ spare }) => ({ id: spare.saleId }),
    body: () => ({ name: 'A sale', ...times, paused: false, metadata: { ...metadata } }),
  },
  'GET /v1/admin/sales/{saleId}/reconciliation': {
    as: 'administrator',
    params: ({ saleId }) => ({ saleId }),
  },
  'GET /v1/admin/locks': { as: 'administrator' },
  'GET /v1/admin/outbox': { as: 'administrator' },
  'GET /v1/admin/dead-letters': { as: 'administrator' },
  'POST /v1/admin/dead-letters/{id}/replay': {
    as: 'administrator',
    params: ({ deadLetterId: id }) => ({ id }),
  },
  'POST /v1/admin/dead-letters/replay': { as: 'administrator' },
  'POST /v1/admin/demo-crowd': {
    as: 'administrator',
    body: ({ upcomingId: saleId }) => ({ saleId, buyers: 1 }), // nobody can buy yet: what others count stays as it is
  },
  'POST /v1/admin/buyers/{buyerId}/erasure': {
    as: 'administrator',
    params: () => ({ buyerId: randomUUID() }), // one who never ordered: the others are still needed
  },
  'GET /v1/admin/orders': { as: 'administrator' },
  'GET /v1/admin/orders/{id}': { as: 'administrator', params: ({ orderId: id }) => ({ id }) },
  'POST /v1/admin/orders/{id}/fulfilment': {
    as: 'administrator',
    params: ({ fulfilledId: id }) => ({ id }),
  },
  'POST /v1/admin/orders/{id}/refund': {
    as: 'administrator',
    params: ({ refundedId: id }) => ({ id }),
    body: () => ({ returnsStock: true, reason: 'a scratch' }),
  },
};

/** Offers and orders what the examples name. */
export async function createWorld(till: Till): Promise<World> {
  const { shop } = till;
  const [{ itemId, saleId }, buyer] = [await shop.offer(1_000_000), await shop.buyer()];
  const sku = `SKU-${randomUUID()}`;
  const spareItemId = await shop.createItem(1_000_000, { sku });
  const spare = { sku, itemId: spareItemId, saleId: await shop.createSale([{ itemId: spareItemId }]) };
  const order = async () => expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201).body.id;
  const paying = async () => {
    const orderId = await order();
    return { orderId, paymentId: expectStatus(await till.pay(buyer, orderId), 202).body.paymentId };
  };
  const paid = async () => {
    const payment = await paying();
    expectStatus(await till.tell({ type: 'payment.succeeded', ...payment }), 200);
    return payment.orderId;
  };
  return {
    ...{ buyer, itemId, saleId, spare },
    ...{ orderId: await order(), cancelledId: await order(), payment: await paying() },
    deadLetterId: await createDeadLetter(till),
    upcomingId: await shop.createSale([{ itemId: spareItemId }], {
      startsAt: '2098-01-01T12:00:00Z',
      endsAt: times.endsAt,
    }),
    ...{ fulfilledId: await paid(), refundedId: await paid() },
  };
}

async function createDeadLetter({ shop }: Till): Promise<string> {
  const sql = `INSERT INTO outbox_event (type, order_id, due_at) VALUES ('order.paid', $1, NULL) RETURNING id`;
  return (await shop.record.query<{ id: string }>(sql, [randomUUID()])).rows[0]?.id ?? '';
}

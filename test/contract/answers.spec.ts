import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, dataOf, type Answer, type ApiClient, type ItemView, type Problem } from '#client';
import { WebhookSignature } from '#platform';
import { ADMIN_KEY, Shop } from '../support/shop.js';
import { Contract } from './contract.js';

const WEBHOOK_SECRET = 'signs-what-the-provider-tells';
const PRICE = { amount: 129_900, currency: 'EUR' };
const LONG = 60_000;

const key = () => ({ header: { 'Idempotency-Key': randomUUID() } });
const idAndKey = (id: string) => ({ path: { id }, ...key() });

/** Every route is asked, as a shop asks it, and each answer is held against the committed document. */
describe('the answers of a real service', () => {
  const contract = new Contract();
  let shop: Shop;
  let visitor: ApiClient;
  let administrator: ApiClient;
  let buyer: ApiClient;

  const client = (access: { token?: string; adminKey?: string }) =>
    createClient({ url: shop.service.url, fetch: contract.fetch, ...access });

  beforeAll(async () => {
    shop = await Shop.open({ PAYMENT_WEBHOOK_SECRET: WEBHOOK_SECRET });
    visitor = client({});
    administrator = client({ adminKey: ADMIN_KEY });
    buyer = client({ token: (await dataOf(visitor.POST('/v1/auth/guest'))).token });
  }, LONG);

  afterAll(() => shop.close());

  function createItem(stock: number): Promise<ItemView> {
    const body = { sku: randomUUID(), name: 'A phone', price: PRICE, stock, metadata: { colour: 'blue' } };
    return dataOf(administrator.POST('/v1/admin/items', { body, params: key() }));
  }

  async function createSale(items: readonly ItemView[], startsInMs = -1_000): Promise<string> {
    const body = {
      name: 'A sale',
      startsAt: new Date(Date.now() + startsInMs).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      items: items.map(({ id: itemId }) => ({ itemId, price: PRICE, purchaseLimit: 3, allotment: null })),
    };
    return (await dataOf(administrator.POST('/v1/admin/sales', { body }))).id;
  }

  const order = (saleId: string, itemId: string, quantity = 1, params = key()) =>
    buyer.POST('/v1/orders', { params, body: { saleId, lines: [{ itemId, quantity }] } });

  /** Opens a payment of an order, and tells that it was captured. */
  async function payFor(id: string): Promise<void> {
    const path = { id };
    const payment = buyer.POST('/v1/orders/{id}/payments', { params: { path }, body: { method: 'sandbox' } });
    const { paymentId } = await dataOf(payment);
    const body = { eventId: randomUUID(), type: 'payment.succeeded' as const, paymentId, orderId: id };
    const signed = new WebhookSignature([WEBHOOK_SECRET]).sign(JSON.stringify(body), Date.now() / 1000);
    await visitor.POST('/v1/webhooks/payments', {
      params: { header: { 'x-webhook-signature': signed } },
      body,
    });
  }

  async function paidOrder(saleId: string, itemId: string): Promise<string> {
    const { id } = await dataOf(order(saleId, itemId));
    await payFor(id);
    return id;
  }

  test('of the catalogue are what the document says', async () => {
    const item = await createItem(10);
    const path = { id: item.id };
    await administrator.GET('/v1/admin/items');
    await administrator.GET('/v1/admin/items/{id}', { params: { path } });
    await administrator.PATCH('/v1/admin/items/{id}', { params: { path }, body: { imageUrl: '/phone.svg' } });
    const adjustment = { quantity: 5, reason: 'a delivery' };
    await administrator.POST('/v1/admin/items/{id}/stock-adjustments', {
      params: idAndKey(item.id),
      body: adjustment,
    });
    const bySku = [item.sku, 'no-such-item'].map((sku) => ({ ...adjustment, sku, reference: randomUUID() }));
    await administrator.POST('/v1/admin/stock-adjustments', { params: key(), body: { adjustments: bySku } });
    await administrator.GET('/v1/admin/items/{id}/stock-adjustments', { params: { path } });
    const saleId = await createSale([item]);
    await administrator.PATCH('/v1/admin/sales/{id}', {
      params: { path: { id: saleId } },
      body: { name: 'A better sale' },
    });
    expect(contract.takeFaults()).toEqual([]);
  });

  test('of the storefront are what the document says', async () => {
    const item = await createItem(10);
    const saleId = await createSale([item]);
    await visitor.GET('/v1/sales', { params: { query: { status: 'live' } } });
    const { response } = await visitor.GET('/v1/sales/{saleId}', { params: { path: { saleId } } });
    const known = { 'If-None-Match': response.headers.get('etag') ?? '' };
    await visitor.GET('/v1/sales/{saleId}', { params: { path: { saleId }, header: known } });
    const placed = await dataOf(order(saleId, item.id));
    await buyer.GET('/v1/orders');
    await buyer.GET('/v1/orders/{id}', { params: { path: { id: placed.id } } });
    await buyer.POST('/v1/orders/{id}/cancellation', { params: { path: { id: placed.id } } });
    expect(contract.takeFaults()).toEqual([]);
  });

  test('of payments and the administration of orders are what the document says', async () => {
    const item = await createItem(10);
    const saleId = await createSale([item]);
    const fulfilled = await paidOrder(saleId, item.id);
    await administrator.POST('/v1/admin/orders/{id}/fulfilment', { params: idAndKey(fulfilled) });
    const refunded = await paidOrder(saleId, item.id);
    const body = { returnsStock: true };
    await administrator.POST('/v1/admin/orders/{id}/refund', { params: idAndKey(refunded), body });
    await administrator.GET('/v1/admin/orders', { params: { query: { saleId } } });
    await administrator.GET('/v1/admin/orders/{id}', { params: { path: { id: refunded } } });
    await administrator.GET('/v1/admin/sales/{saleId}/reconciliation', { params: { path: { saleId } } });
    await administrator.GET('/v1/admin/locks');
    expect(contract.takeFaults()).toEqual([]);
  });

  test('that are problems are what the document says', async () => {
    const [item, other, scarce] = [await createItem(4), await createItem(4), await createItem(0)];
    const saleId = await createSale([item, scarce]);
    const later = await createSale([other], 60_000);
    expect(await codeOf(order(saleId, scarce.id))).toBe('sold_out');
    expect(await codeOf(order(saleId, item.id, 4))).toBe('purchase_limit_reached');
    expect(await codeOf(order(saleId, item.id, 1_001))).toBe('validation_failed');
    expect(await codeOf(order(saleId, other.id))).toBe('item_not_in_sale');
    expect(await codeOf(order(other.id, other.id))).toBe('not_found');
    expect(await codeOf(order(later, other.id))).toBe('sale_not_started');
    const again = key();
    const { id } = await dataOf(order(saleId, item.id, 1, again));
    expect(await codeOf(order(saleId, item.id, 2, again))).toBe('idempotency_key_reused');
    await payFor(id);
    const path = { id };
    const cancellation = buyer.POST('/v1/orders/{id}/cancellation', { params: { path } });
    expect(await codeOf(cancellation)).toBe('invalid_order_state');
    const body = { sku: item.sku, name: 'Another', price: PRICE, stock: 1 };
    expect(await codeOf(administrator.POST('/v1/admin/items', { body }))).toBe('sku_taken');
    const tooMany = administrator.POST('/v1/admin/items/{id}/stock-adjustments', {
      params: idAndKey(other.id),
      body: { quantity: -5, reason: 'there are four' },
    });
    expect(await codeOf(tooMany)).toBe('stock_below_reserved');
    expect(await codeOf(visitor.GET('/v1/orders'))).toBe('unauthenticated');
    expect(await codeOf(visitor.GET('/v1/admin/locks'))).toBe('unauthenticated');
    const cursor = 'no cursor';
    expect(await codeOf(visitor.GET('/v1/sales', { params: { query: { cursor } } }))).toBe(
      'validation_failed',
    );
    expect(contract.takeFaults()).toEqual([]);
  });

  test('that are problems of a price, of lines, of a payment and of the sale’s time are what the document says', async () => {
    const item = await createItem(4);
    const saleId = await createSale([item]);
    const line = { itemId: item.id, quantity: 1 };
    const send = (body: object) =>
      buyer.POST('/v1/orders', { params: key(), body: { saleId, lines: [line], ...body } });
    const expecting = (fields: object) => send({ expectedTotal: { ...PRICE, ...fields } });
    expect(await statusAndCodeOf(expecting({ amount: 1 }))).toEqual([409, 'price_changed']);
    expect(await statusAndCodeOf(expecting({ currency: 'USD' }))).toEqual([409, 'price_changed']);
    expect(await statusAndCodeOf(send({ lines: [line, line] }))).toEqual([422, 'duplicate_item']);
    const inDollars = administrator.PATCH('/v1/admin/items/{id}', {
      params: { path: { id: item.id } },
      body: { price: { ...PRICE, currency: 'USD' } },
    });
    expect(await statusAndCodeOf(inDollars)).toEqual([422, 'currency_mismatch']);
    const path = { id: (await dataOf(send({}))).id };
    await buyer.POST('/v1/orders/{id}/payments', { params: { path }, body: { method: 'sandbox' } });
    const cancellation = buyer.POST('/v1/orders/{id}/cancellation', { params: { path } });
    expect(await statusAndCodeOf(cancellation)).toEqual([409, 'payment_in_progress']);
    const change = (body: object) =>
      administrator.PATCH('/v1/admin/sales/{id}', { params: { path: { id: saleId } }, body });
    await change({ paused: true });
    expect(await statusAndCodeOf(send({}))).toEqual([409, 'sale_paused']);
    await change({ paused: false, endsAt: new Date().toISOString() });
    expect(await statusAndCodeOf(send({}))).toEqual([410, 'sale_ended']);
    expect(contract.takeFaults()).toEqual([]);
  });

  test('of shop events and the demonstration are what the document says', async () => {
    const sql = `INSERT INTO outbox_event (type, order_id, due_at, attempts, last_error)
                 VALUES ('order.paid', $1, NULL, 20, 'answered 500') RETURNING id`;
    const { rows } = await shop.record.query<{ id: string }>(sql, [randomUUID()]);
    await administrator.GET('/v1/admin/outbox');
    await administrator.GET('/v1/admin/dead-letters');
    const path = { id: rows[0]?.id ?? '' };
    await administrator.POST('/v1/admin/dead-letters/{id}/replay', { params: { path } });
    await administrator.POST('/v1/admin/dead-letters/replay');
    const body = { saleId: await createSale([await createItem(1)]), buyers: 1 };
    await administrator.POST('/v1/admin/demo-crowd', { body });
    const erased = { path: { buyerId: randomUUID() } };
    await administrator.POST('/v1/admin/buyers/{buyerId}/erasure', { params: erased });
    expect(contract.takeFaults()).toEqual([]);
  });

  test('of operations are what the document says', async () => {
    await visitor.GET('/health/live');
    await visitor.GET('/health/ready');
    await visitor.GET('/metrics', { parseAs: 'text' });
    expect(contract.takeFaults()).toEqual([]);
  });

  test('of a stream are events that the document names', async () => {
    const saleId = await createSale([await createItem(1)]);
    const params = { path: { saleId } };
    const { data } = await visitor.GET('/v1/sales/{saleId}/stream', { params, parseAs: 'stream' });
    const events = await firstEvents(data, 2);
    expect(events.map(({ event }) => event)).toEqual(['sale', 'stock']);
    const faults = events.flatMap(({ event, value }) =>
      contract.faultsOf(event === 'sale' ? 'SaleEvent' : 'StockEvent', value),
    );
    expect([...faults, ...contract.takeFaults()]).toEqual([]);
  });

  test('were asked of every route in the document, which is the one that is served', async () => {
    expect(contract.unvisited()).toEqual([]);
    expect(contract.differencesFrom((await shop.request('GET', '/docs-json')).body)).toEqual([]);
  });
});

async function statusAndCodeOf(call: Promise<Answer<unknown>>): Promise<unknown[]> {
  return [(await call).response.status, await codeOf(call)];
}

async function codeOf(call: Promise<Answer<unknown>>): Promise<Problem['code'] | undefined> {
  return ((await call).error as Problem | undefined)?.code;
}

async function firstEvents(
  stream: ReadableStream<Uint8Array> | null | undefined,
  count: number,
): Promise<{ event: string; value: unknown }[]> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const events = [...text.matchAll(/^event: (\w+)\ndata: (.+)\n\n/gm)];
    if (events.length >= count)
      return events.map(([, event = '', data = '']) => ({ event, value: JSON.parse(data) as unknown }));
  }
  return [];
}

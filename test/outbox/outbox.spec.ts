import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LocalService } from '#local';
import { expectStatus, Shop, type OrderBody } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { ShopEndpoint } from './shop-endpoint.js';

interface DeadLetter {
  id: string;
  type: string;
  orderId: string | null;
  attempts: number;
  lastError: string;
}

describe('the outbox', () => {
  let shop: Shop;
  let endpoint: ShopEndpoint;
  const workers: LocalService[] = [];

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  beforeEach(async () => {
    endpoint = await ShopEndpoint.open();
    await shop.record.query(`UPDATE outbox_lease SET until = 'infinity'`);
    await shop.record.query('DELETE FROM outbox_event');
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await endpoint.close();
  });

  afterAll(() => shop.close());

  async function startWorker(env: Record<string, string> = {}): Promise<LocalService> {
    const worker = await shop.startWorker({ ...endpoint.env, ...env });
    workers.push(worker);
    return worker;
  }

  async function order(sale: Record<string, unknown> = {}, stock = 20): Promise<OrderBody> {
    const itemId = await shop.createItem(stock);
    const saleId = await shop.createSale([{ itemId }], sale);
    const buyer = await shop.buyer();
    return expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201).body;
  }

  async function waiting(): Promise<{ type: string; attempts: number; due: boolean }[]> {
    const sql = 'SELECT type, attempts, due_at IS NOT NULL AS due FROM outbox_event ORDER BY id';
    return (await shop.record.query<{ type: string; attempts: number; due: boolean }>(sql)).rows;
  }

  const isEmpty = () => eventually(async () => expect(await waiting()).toEqual([]));
  /** As if the time until the next attempt were over. */
  const timePasses = () =>
    shop.record.query('UPDATE outbox_event SET due_at = clock_timestamp() WHERE due_at IS NOT NULL');
  const deadLetters = async () =>
    (await shop.admin<{ data: DeadLetter[] }>('GET', '/v1/admin/dead-letters')).body.data;

  test('tells the shop of every state of an order, signed, with what the order is', async () => {
    await startWorker();
    const itemId = await shop.createItem(20);
    const saleId = await shop.createSale([{ itemId }]);
    const [paying, leaving] = [await shop.buyer(), await shop.buyer()];
    const fields = { metadata: { table: '7' } };
    const paid = (await paying.order(saleId, [{ itemId, quantity: 2 }], undefined, fields)).body;
    const cancelled = (await leaving.order(saleId, [{ itemId, quantity: 1 }])).body;
    await leaving.request('POST', `/v1/orders/${cancelled.id}/cancellation`);
    const expired = await order({ reservationTtlSeconds: 1 });
    await paying.request('POST', `/v1/orders/${paid.id}/payments`, { body: { method: 'sandbox' } });
    await eventually(() => expect(endpoint.typesOf(paid.id)).toEqual(['order.reserved', 'order.paid']));
    await shop.admin('POST', `/v1/admin/orders/${paid.id}/refund`, {});
    await eventually(() => {
      expect(endpoint.typesOf(paid.id)).toEqual(['order.reserved', 'order.paid', 'order.refunded']);
      expect(endpoint.typesOf(cancelled.id)).toEqual(['order.reserved', 'order.cancelled']);
      expect(endpoint.typesOf(expired.id)).toEqual(['order.reserved', 'order.expired']);
    });
    await isEmpty();
    expect(endpoint.heard.every(({ isSigned }) => isSigned)).toBe(true);
    expect(new Set(endpoint.heard.map(({ id }) => id)).size).toBe(endpoint.heard.length);
    const facts = {
      orderId: paid.id,
      saleId,
      buyerId: paying.id,
      lines: paid.lines,
      total: paid.total,
      createdAt: paid.createdAt,
      metadata: { table: '7' },
    };
    const [reserved, sold] = endpoint.eventsOf(paid.id);
    expect(reserved?.data).toEqual({ ...facts, expiresAt: paid.expiresAt });
    expect(sold?.data).toEqual(facts);
    expect(Date.parse(sold?.occurredAt ?? '')).toBeGreaterThan(Date.parse(reserved?.occurredAt ?? ''));
  }, 60_000);

  test('tells when stock is low and when it is sold out, each time it comes to that', async () => {
    await startWorker();
    const itemId = await shop.createItem(5, { lowStockThreshold: 2, sku: 'NEARLY-GONE' });
    const saleId = await shop.createSale([{ itemId }]);
    const buyer = await shop.buyer();
    const buy = (quantity: number) => buyer.order(saleId, [{ itemId, quantity }]);
    await buy(2);
    await buy(1);
    await buy(1);
    const last = (await buy(1)).body;
    await buyer.request('POST', `/v1/orders/${last.id}/cancellation`);
    await buy(1);
    const data = { itemId, sku: 'NEARLY-GONE' };
    await eventually(() =>
      expect(endpoint.eventsOf(itemId).map(({ type, data: facts }) => [type, facts])).toEqual([
        ['stock.low', { ...data, available: 2 }],
        ['stock.sold_out', { ...data, available: 0 }],
        ['stock.sold_out', { ...data, available: 0 }],
      ]),
    );
    const item = `/v1/admin/items/${itemId}`;
    const changed = await shop.admin('PATCH', item, { lowStockThreshold: 30 });
    expect(expectStatus(changed, 200).body).toMatchObject({ lowStockThreshold: 30 });
    const adjust = async (quantity: number) =>
      expectStatus(await shop.admin('POST', `${item}/stock-adjustments`, { quantity, reason: 'count' }), 201);
    await adjust(40);
    await adjust(-15);
    await eventually(() => expect(endpoint.eventsOf(itemId)[3]).toMatchObject({ type: 'stock.low' }));
    await isEmpty();
  }, 60_000);

  test('holds nothing of what did not happen', async () => {
    const itemId = await shop.createItem(30);
    const saleId = await shop.createSale([{ itemId, purchaseLimit: 1 }]);
    const buyer = await shop.buyer();
    await Promise.all(Array.from({ length: 5 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    await buyer.order(saleId, [{ itemId, quantity: 31 }]);
    expect((await waiting()).map(({ type }) => type)).toEqual(['order.reserved']);
    await expect(
      shop.record.query(`UPDATE stock_level SET reserved = reserved + 31 WHERE item_id = '${itemId}'`),
    ).rejects.toThrow('check');
    expect(await waiting()).toHaveLength(1);
  });

  test('is not written where no shop has been told for a week, and again once a worker has one to tell', async () => {
    await shop.record.query(`UPDATE outbox_lease SET until = clock_timestamp()`);
    await startWorker({ SHOP_WEBHOOK_URL: '', SHOP_WEBHOOK_SECRET: '' });
    await order();
    expect(await waiting()).toEqual([]);
    await startWorker();
    await eventually(async () => {
      const { id } = await order();
      await eventually(() => expect(endpoint.typesOf(id)).toEqual(['order.reserved']));
    });
  }, 60_000);

  test('sends again what the shop did not take, less and less often', async () => {
    for (const answer of [500, 302, 404] as const) {
      endpoint.answer = answer;
      const { id } = await order();
      if (workers.length === 0) await startWorker();
      await eventually(() => expect(endpoint.typesOf(id).length).toBeGreaterThanOrEqual(2));
      endpoint.answer = 200;
      await isEmpty();
      expect(new Set(endpoint.eventsOf(id).map((event) => event.id)).size).toBe(1);
    }
  }, 60_000);

  test('goes on when a shop that hung, and one that was away, come back', async () => {
    const port = new URL(endpoint.url).port;
    endpoint.answer = 'nothing';
    const worker = await startWorker();
    const { id } = await order();
    await eventually(() => expect(endpoint.typesOf(id)).toHaveLength(1));
    const lastError = async () =>
      (await shop.record.query<{ last_error: string | null }>('SELECT last_error FROM outbox_event')).rows[0]
        ?.last_error;
    await eventually(async () => expect(await lastError()).toBe('no answer within 5 s'));
    await endpoint.close();
    await timePasses();
    await eventually(async () => expect(await lastError()).toMatch(/ECONNREFUSED|ECONNRESET|socket hang up/));
    endpoint = await ShopEndpoint.open(Number(port));
    await timePasses();
    await isEmpty();
    expect(endpoint.typesOf(id)).toEqual(['order.reserved']);
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toMatch(/holdfast_outbox_delivered_total [1-9]/);
    expect(metrics).toContain('holdfast_outbox_events{state="pending"}');
  }, 60_000);

  test('keeps what was sent in vain too often as a dead letter, until an administrator replays it', async () => {
    endpoint.answer = 503;
    await startWorker({ SHOP_WEBHOOK_ATTEMPTS: '2' });
    const [one, other] = [await order(), await order()];
    await eventually(async () => expect(await deadLetters()).toHaveLength(2));
    const depth = await shop.admin('GET', '/v1/admin/outbox');
    expect(depth.body).toEqual({ pending: 0, dead: 2, lagSec: 0 });
    const [newest] = await deadLetters();
    expect(newest).toMatchObject({
      type: 'order.reserved',
      orderId: other.id,
      attempts: 2,
      lastError: 'answered 503',
    });
    await timePasses();
    endpoint.answer = 200;
    const replay = (id = '') => shop.admin('POST', `/v1/admin/dead-letters/${id}replay`);
    const replayed = await replay(`${newest?.id ?? ''}/`);
    expect([replayed.status, replayed.body]).toEqual([202, { replayed: 1 }]);
    await eventually(async () =>
      expect((await deadLetters()).map(({ orderId }) => orderId)).toEqual([one.id]),
    );
    await eventually(async () => expect((await replay(`${newest?.id ?? ''}/`)).body.code).toBe('not_found'));
    expect((await replay()).body).toEqual({ replayed: 1 });
    await isEmpty();
    expect(endpoint.typesOf(one.id)).toHaveLength(3);
    expect((await replay()).body).toEqual({ replayed: 0 });
  }, 60_000);

  test('is shared by workers: each event is sent once', async () => {
    const { itemId, saleId } = await shop.offer(300);
    const buyer = await shop.buyer();
    await Promise.all(Array.from({ length: 200 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    await Promise.all([startWorker(), startWorker()]);
    await isEmpty();
    expect(endpoint.heard).toHaveLength(200);
    expect(new Set(endpoint.heard.map(({ data }) => data.orderId)).size).toBe(200);
  }, 60_000);
});

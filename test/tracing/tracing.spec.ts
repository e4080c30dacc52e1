import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalService } from '#local';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';
import { holdStock } from '../support/held-stock.js';
import { expectStatus, Shop, type Buyer, type OrderBody } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Collector, type CollectedSpan } from './collector.js';

/** A trace of the client's own, in which it calls the service. */
class ClientTrace {
  readonly traceId = randomBytes(16).toString('hex');
  readonly spanId = randomBytes(8).toString('hex');

  constructor(private readonly flags: '00' | '01' = '01') {}

  get headers(): Record<string, string> {
    return {
      traceparent: `00-${this.traceId}-${this.spanId}-${this.flags}`,
      'idempotency-key': randomUUID(),
    };
  }
}

function order(buyer: Buyer, offer: { saleId: string; itemId: string }, { headers }: ClientTrace) {
  const body = { saleId: offer.saleId, lines: [{ itemId: offer.itemId, quantity: 1 }] };
  return buyer.request<OrderBody>('POST', '/v1/orders', { headers, body });
}

/** The one span of that name. */
function only(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  if (!found[0] || found[1]) {
    const names = spans.map((span) => span.name).join(', ');
    throw new Error(`${found.length} spans "${name}" among ${names || 'none'}`);
  }
  return found[0];
}

describe('with a collector', () => {
  let collector: Collector;
  let endpoint: ShopEndpoint;
  let shop: Shop;
  let worker: LocalService;

  beforeAll(async () => {
    [collector, endpoint] = await Promise.all([Collector.open(), ShopEndpoint.open()]);
    const env = { ...collector.env, ...endpoint.env };
    shop = await Shop.open(env);
    worker = await shop.startWorker(env);
  }, 60_000);

  afterAll(async () => {
    await worker.stop();
    await shop.close();
    await endpoint.close();
    await collector.close();
  });

  test("an order's trace goes from the client through lane, lock and transaction to its capture and to the shop", async () => {
    const offer = await shop.offer(5);
    const buyer = await shop.buyer();
    const trace = new ClientTrace();
    const { body } = expectStatus(await order(buyer, offer, trace), 201);
    const payment = new ClientTrace();
    const path = `/v1/orders/${body.id}/payments`;
    await buyer.request('POST', path, { headers: payment.headers, body: { method: 'sandbox' } });

    const spans = await eventually(() => {
      const ofOrder = collector.of(trace.traceId);
      only(ofOrder, 'capture payment');
      expect(ofOrder.filter(({ name }) => name === 'tell shop')).toHaveLength(2);
      return ofOrder;
    });
    const server = only(spans, 'POST /v1/orders');
    expect(server).toMatchObject({ service: 'holdfast-api', parentSpanId: trace.spanId });
    expect(server.attributes).toMatchObject({ 'http.route': '/v1/orders', 'http.response.status_code': 201 });
    const lane = only(spans, 'wait in lane');
    const lock = only(spans, 'acquire locks');
    const batch = only(spans, 'place batch');
    const capture = only(spans, 'capture payment');
    expect(lane.parentSpanId).toBe(server.spanId);
    expect(lock.parentSpanId).toBe(lane.spanId);
    expect(batch.parentSpanId).toBe(server.spanId);
    expect(capture).toMatchObject({ service: 'holdfast-worker', parentSpanId: server.spanId });
    expect(only(spans, 'ask gateway').parentSpanId).toBe(capture.spanId);
    const [placed, captured] = [batch, capture].map(({ spanId }) =>
      only(
        spans.filter((span) => span.parentSpanId === spanId),
        'transaction',
      ),
    );
    expect(placed).toMatchObject({ service: 'holdfast-api', events: ['decided'] });
    expect(captured).toMatchObject({ service: 'holdfast-worker' });

    const { rows } = await shop.record.query<{ fence: string }>(
      'SELECT fence FROM stock_movement WHERE order_id = $1 AND fence IS NOT NULL',
      [body.id],
    );
    const fence = Number(rows[0]?.fence);
    expect(fence).toBeGreaterThan(0);
    for (const { attributes } of [lock, batch])
      expect((attributes['holdfast.lock.fences'] as unknown[]).map(Number)).toEqual([fence]);

    const told = spans.filter(({ name }) => name === 'tell shop');
    expect(told.map(({ attributes }) => attributes['holdfast.event.type']).sort()).toEqual([
      'order.paid',
      'order.reserved',
    ]);
    const heard = endpoint.traceparents.filter((traceparent) => traceparent.includes(trace.traceId)).sort();
    expect(heard).toEqual(told.map(({ spanId }) => `00-${trace.traceId}-${spanId}-01`).sort());

    const paying = collector.of(payment.traceId);
    expect(only(paying, 'POST /v1/orders/:id/payments').parentSpanId).toBe(payment.spanId);
    const { links } = only(paying, 'transaction');
    expect(links).toEqual([{ traceId: trace.traceId, spanId: server.spanId }]);
  });

  test('a reservation that ends, ends in its trace', async () => {
    const itemId = await shop.createItem(5);
    const saleId = await shop.createSale([{ itemId }], { reservationTtlSeconds: 1 });
    const trace = new ClientTrace();
    expectStatus(await order(await shop.buyer(), { itemId, saleId }, trace), 201);
    const expiry = await eventually(() => only(collector.of(trace.traceId), 'expire order'));
    const server = only(collector.of(trace.traceId), 'POST /v1/orders');
    expect(expiry).toMatchObject({ service: 'holdfast-worker', parentSpanId: server.spanId });
  });

  test('a batch is in the trace of its first order, and linked with the others both ways', async () => {
    const offer = await shop.offer(10);
    const [first, ...buyers] = await shop.buyers(5);
    const unkept = new ClientTrace('00');
    const traces = buyers.slice(1).map(() => new ClientTrace());
    const held = await holdStock(shop.record, offer.itemId);
    const early = first && order(first, offer, new ClientTrace());
    await held.waitedFor();
    const late = [unkept, ...traces].map((trace, index) => order(buyers[index] as Buyer, offer, trace));
    await eventually(async () => {
      const { body } = await shop.request<string>('GET', '/metrics');
      expect(body).toContain('holdfast_orders_waiting 5');
    });
    await held.release();
    for (const answer of await Promise.all([early, ...late])) expect(answer?.status).toBe(201);

    await eventually(() => {
      const spans = traces.flatMap(({ traceId }) => collector.of(traceId));
      const batch = only(spans, 'place batch');
      expect(batch.attributes).toMatchObject({ 'holdfast.orders': 4, 'holdfast.items': 1 });
      const waits = spans.filter(({ name }) => name === 'wait in lane');
      const others = waits.filter(({ traceId }) => traceId !== batch.traceId);
      expect([waits.length, others.length]).toEqual([3, 2]);
      const idsOf = ({ traceId, spanId }: CollectedSpan) => ({ traceId, spanId });
      expect(batch.links).toEqual(others.map(idsOf));
      for (const { links } of others) expect(links).toEqual([idsOf(batch)]);
    });
    expect(collector.of(unkept.traceId)).toEqual([]); // its client keeps no trace, so that we keep none either
  });
});

describe('without one', () => {
  test('nothing is sent, and nothing is written of a trace', async () => {
    const collector = await Collector.open();
    // What the SDK would go by, were it there; only the endpoint of all signals switches it on.
    const shop = await Shop.open({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` });
    try {
      const trace = new ClientTrace();
      const { body } = expectStatus(await order(await shop.buyer(), await shop.offer(1), trace), 201);
      const { rows } = await shop.record.query('SELECT traceparent FROM customer_order WHERE id = $1', [
        body.id,
      ]);
      expect(rows).toEqual([{ traceparent: null }]);
    } finally {
      await shop.close(); // would send what is left
      await collector.close();
    }
    expect(collector.requests).toBe(0);
  });
});

describe('with one that never answers', () => {
  let collector: Collector;
  let shop: Shop;
  const lines: string[] = [];

  beforeAll(async () => {
    collector = await Collector.open({ answers: false });
    const env = { ...collector.env, LANE_CAPACITY: '1', LOG_LEVEL: 'debug' };
    shop = await Shop.open(env, undefined, (line) => lines.push(line));
  });

  afterAll(async () => {
    await shop.close();
    await collector.close();
  });

  test('log lines name the trace of their request', async () => {
    const offer = await shop.offer(2);
    const [one, another] = (await shop.buyers(2)) as [Buyer, Buyer];
    const held = await holdStock(shop.record, offer.itemId);
    const placing = order(one, offer, new ClientTrace());
    await held.waitedFor();
    const trace = new ClientTrace();
    expect((await order(another, offer, trace)).status).toBe(503); // the lane is full
    await held.release();
    expectStatus(await placing, 201);
    await eventually(() => {
      const ofTrace = lines
        .map((line) => JSON.parse(line) as { msg: string; trace_id?: string })
        .filter(({ trace_id }) => trace_id === trace.traceId);
      expect(ofTrace.map(({ msg }) => msg)).toEqual(['answered 503', 'request']);
    });
  });

  test('orders are placed as ever, and the process ends in time', async () => {
    const offer = await shop.offer(20);
    const buyers = await shop.buyers(20);
    let slowestMs = 0;
    for (const buyer of buyers) {
      const begun = performance.now();
      expectStatus(await order(buyer, offer, new ClientTrace()), 201);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
    }
    expect(slowestMs).toBeLessThan(2_000); // it would wait for ten seconds
    await eventually(() => expect(collector.requests).toBeGreaterThan(0));
    const begun = performance.now();
    expect(await shop.service.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

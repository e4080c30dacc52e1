import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { placedKey, purchaseKey, type Offer, type SaleTerms, type Snapshot } from './snapshot.js';

const NOW_MS = 1_000_000;
const SALE = 'sale';

describe('decide', () => {
  test('refuses what is not part of the sale, and a sale that is not there', () => {
    const snapshot = snapshotOf({ stock: { a: 5 } });
    expect(codes(decide(snapshot, [request({ lines: [{ itemId: 'x', quantity: 1 }] })]))).toEqual([
      'item_not_in_sale',
    ]);
    expect(codes(decide(snapshot, [request({ saleId: 'other' })]))).toEqual(['not_found']);
  });

  test.each([
    ['before its start', { startsAtMs: NOW_MS + 1_500 }, 'sale_not_started'],
    ['at its start', { startsAtMs: NOW_MS }, 'accepted'],
    ['just before its end', { endsAtMs: NOW_MS + 1 }, 'accepted'],
    ['at its end', { endsAtMs: NOW_MS }, 'sale_ended'],
    ['while paused', { paused: true }, 'sale_paused'],
  ])('%s answers %j with %s', (_, sale, expected) => {
    expect(codes(decide(snapshotOf({ stock: { a: 5 }, sale }), [request({})]))).toEqual([expected]);
  });

  test('says how long it is to the start', () => {
    const [outcome] = decide(snapshotOf({ stock: { a: 5 }, sale: { startsAtMs: NOW_MS + 1_500 } }), [
      request({}),
    ]);
    expect(outcome).toMatchObject({ code: 'sale_not_started', retryAfterSec: 2 });
  });

  test('knows a key before anything else', () => {
    const placed = new Map([[placedKey(request({})), { orderId: 'first', requestHash: 'hash' }]]);
    const snapshot = { ...snapshotOf({ stock: { a: 0 }, sale: { endsAtMs: 1 } }), placed };
    expect(decide(snapshot, [request({})])).toEqual([{ kind: 'replayed', orderId: 'first' }]);
    expect(codes(decide(snapshot, [request({ requestHash: 'other' })]))).toEqual(['idempotency_key_reused']);
  });

  test('replays a key that was accepted earlier in the same batch', () => {
    const outcomes = decide(snapshotOf({ stock: { a: 5 } }), [
      request({ orderId: '1' }),
      request({ orderId: '2' }),
    ]);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'replayed', orderId: '1' }]);
  });

  test('computes the total, and refuses another that was expected', () => {
    const snapshot = snapshotOf({ stock: { a: 5, b: 5 } });
    const lines = [
      { itemId: 'a', quantity: 2 },
      { itemId: 'b', quantity: 1 },
    ];
    expect(decide(snapshot, [request({ lines })])).toMatchObject([
      { order: { totalAmount: 300, currency: 'EUR' } },
    ]);
    const expecting = (amount: number, currency: string) =>
      request({ lines, expectedTotal: { amount, currency } });
    expect(codes(decide(snapshot, [expecting(299, 'EUR')]))).toEqual(['price_changed']);
    expect(codes(decide(snapshot, [expecting(300, 'USD')]))).toEqual(['price_changed']);
    expect(codes(decide(snapshot, [expecting(300, 'EUR')]))).toEqual(['accepted']);
  });

  describe('of any batch', () => {
    test('never oversells, never passes a limit or an allotment, never undersells', () => {
      fc.assert(
        fc.property(batches(), ({ snapshot, requests }) => {
          const outcomes = decide(snapshot, requests);
          const left = remaining(snapshot, requests, outcomes);
          for (const [name, units] of left) if (units < 0) throw new Error(`${name} passed by ${-units}`);
          requests.forEach((each, index) => {
            const outcome = outcomes[index];
            if (outcome?.kind !== 'refused' || outcome.code !== 'sold_out') return;
            // Stock only shrinks within a batch: whoever heard "sold out" could not be served at its end either.
            const servable = each.lines.every(
              ({ itemId, quantity }) => availableIn(left, itemId) >= quantity,
            );
            expect(servable).toBe(false);
          });
        }),
        { numRuns: 2_000 },
      );
    });

    test('gives one order per key', () => {
      fc.assert(
        fc.property(batches(), ({ snapshot, requests }) => {
          const accepted = requests.filter(
            (_, index) => decide(snapshot, requests)[index]?.kind === 'accepted',
          );
          expect(new Set(accepted.map(placedKey)).size).toBe(accepted.length);
        }),
        { numRuns: 500 },
      );
    });

    test('decides the same however it is cut', () => {
      fc.assert(
        fc.property(batches(), fc.nat(), ({ snapshot, requests }, at) => {
          const cut = requests.length === 0 ? 0 : at % requests.length;
          const first = decide(snapshot, requests.slice(0, cut));
          const between = apply(snapshot, requests.slice(0, cut), first);
          const second = decide(between, requests.slice(cut));
          expect([...first, ...second]).toEqual(decide(snapshot, requests));
        }),
        { numRuns: 1_000 },
      );
    });
  });
});

const ITEMS = ['a', 'b', 'c'];
const BUYERS = ['ann', 'bob', 'cid'];

function batches() {
  const small = fc.nat({ max: 6 });
  const terms = fc.record({
    stock: small,
    purchaseLimit: fc.option(fc.integer({ min: 1, max: 4 })),
    allotment: fc.option(small),
  });
  const line = fc.record({ itemId: fc.constantFrom(...ITEMS), quantity: fc.integer({ min: 1, max: 4 }) });
  const lines = fc.uniqueArray(line, { minLength: 1, maxLength: 3, selector: ({ itemId }) => itemId });
  const order = fc.record({
    buyerId: fc.constantFrom(...BUYERS),
    idempotencyKey: fc.constantFrom('1', '2', '3', '4'),
    lines,
  });
  return fc
    .record({ terms: fc.tuple(terms, terms, terms), orders: fc.array(order, { maxLength: 20 }) })
    .map(({ terms, orders }) => {
      const named = ITEMS.map((item, index) => [item, terms[index] ?? terms[0]] as const);
      return {
        snapshot: snapshotOf({
          stock: Object.fromEntries(named.map(([item, { stock }]) => [item, stock])),
          offers: Object.fromEntries(
            named.map(([item, { purchaseLimit, allotment }]) => [item, { purchaseLimit, allotment }]),
          ),
        }),
        requests: orders.map((fields, index) =>
          request({ ...fields, orderId: `order-${index}`, requestHash: JSON.stringify(fields.lines) }),
        ),
      };
    });
}

/** What is left of stock, allotments and limits after the accepted ones. */
function remaining(snapshot: Snapshot, requests: readonly PlacementRequest[], outcomes: readonly Outcome[]) {
  const left = new Map<string, number>();
  for (const [itemId, level] of snapshot.stock) left.set(`stock ${itemId}`, level.onHand - level.reserved);
  for (const [itemId, offer] of snapshot.sales.get(SALE)?.offers ?? []) {
    if (offer.allotment !== null) left.set(`allotment ${itemId}`, offer.allotment - offer.held);
    if (offer.purchaseLimit === null) continue;
    for (const buyer of BUYERS) left.set(`limit ${itemId} ${buyer}`, offer.purchaseLimit);
  }
  requests.forEach((each, index) => {
    if (outcomes[index]?.kind !== 'accepted') return;
    for (const { itemId, quantity } of each.lines) {
      for (const name of [`stock ${itemId}`, `allotment ${itemId}`, `limit ${itemId} ${each.buyerId}`]) {
        const units = left.get(name);
        if (units !== undefined) left.set(name, units - quantity);
      }
    }
  });
  return left;
}

function availableIn(left: ReadonlyMap<string, number>, itemId: string): number {
  return Math.min(left.get(`stock ${itemId}`) ?? 0, left.get(`allotment ${itemId}`) ?? Infinity);
}

/** The snapshot that a transaction after this batch would read. */
function apply(
  snapshot: Snapshot,
  requests: readonly PlacementRequest[],
  outcomes: readonly Outcome[],
): Snapshot {
  const stock = new Map(snapshot.stock);
  const purchases = new Map(snapshot.purchases);
  const placed = new Map(snapshot.placed);
  const sale = snapshot.sales.get(SALE);
  if (!sale) throw new Error('the sale is part of every snapshot');
  const offers = new Map(sale.offers);
  requests.forEach((each, index) => {
    if (outcomes[index]?.kind !== 'accepted') return;
    placed.set(placedKey(each), { orderId: each.orderId, requestHash: each.requestHash });
    for (const { itemId, quantity } of each.lines) {
      const level = stock.get(itemId);
      if (level) stock.set(itemId, { ...level, reserved: level.reserved + quantity });
      const offer = offers.get(itemId);
      if (offer) offers.set(itemId, { ...offer, held: offer.held + quantity });
      const key = purchaseKey(each, itemId);
      purchases.set(key, (purchases.get(key) ?? 0) + quantity);
    }
  });
  return { ...snapshot, stock, purchases, placed, sales: new Map([[SALE, { ...sale, offers }]]) };
}

function snapshotOf(fields: {
  stock: Record<string, number>;
  offers?: Record<string, Partial<Offer>>;
  sale?: Partial<SaleTerms>;
}): Snapshot {
  const offers = new Map(
    Object.keys(fields.stock).map((itemId) => [
      itemId,
      {
        sku: itemId,
        priceAmount: 100,
        purchaseLimit: null,
        allotment: null,
        held: 0,
        ...fields.offers?.[itemId],
      },
    ]),
  );
  const sale: SaleTerms = {
    startsAtMs: 0,
    endsAtMs: 2 * NOW_MS,
    paused: false,
    reservationTtlSeconds: 600,
    currency: 'EUR',
    offers,
    ...fields.sale,
  };
  return {
    nowMs: NOW_MS,
    sales: new Map([[SALE, sale]]),
    stock: new Map(
      Object.entries(fields.stock).map(([itemId, onHand]) => [itemId, { itemId, onHand, reserved: 0 }]),
    ),
    purchases: new Map(),
    placed: new Map(),
  };
}

function request(fields: Partial<PlacementRequest>): PlacementRequest {
  return {
    orderId: 'order',
    buyerId: 'ann',
    idempotencyKey: 'key',
    requestHash: 'hash',
    saleId: SALE,
    lines: [{ itemId: 'a', quantity: 1 }],
    expectedTotal: undefined,
    metadata: {},
    ...fields,
  };
}

function codes(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind));
}

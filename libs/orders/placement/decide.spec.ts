import { describe, expect, test } from '@jest/globals';
import { decide, decideEach } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { placedKey, type Offer, type SaleTerms, type Snapshot } from './snapshot.js';

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
});

describe('decideEach', () => {
  test('gives nobody less for what another one asks', () => {
    const outcomes = decideEach(snapshotOf({ stock: { a: 1 } }), [
      request({ orderId: '1' }),
      request({ orderId: '2' }),
      request({ orderId: '3', lines: [{ itemId: 'a', quantity: 2 }] }),
    ]);
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'sold_out']);
  });
});

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

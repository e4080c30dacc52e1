import { describe, expect, test } from '@jest/globals';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import type { ClaimedStock } from '#inventory';
import { decide } from './decide.js';
import type { Outcome, PlacementRequest, RequestedLine } from './placement.js';
import { placedKey, purchaseKey, type Offer, type SaleTerms, type Snapshot } from './snapshot.js';

const NOW_MS = 1_000_000;
const NUM_RUNS = 2_000;

describe('decide, of any batch', () => {
  test('never sells more than the stock, nor a sale more than its allotment', () => {
    forAnyBatch(({ world, requests }, outcomes) => {
      const sold = soldIn(requests, outcomes);
      const oversold = ITEMS.filter((itemId) => sum(sold, { itemId }) > availableOf(world, itemId));
      const passed = world.offers.filter(
        ({ saleId, itemId, allotment, held }) =>
          allotment !== null && held + sum(sold, { saleId, itemId }) > allotment,
      );
      expect({ oversold, passed }).toEqual({ oversold: [], passed: [] });
    });
  });

  test('sells the next buyer all that is left, and not one unit more', () => {
    forAnyBatch(({ world, requests }, outcomes) => {
      const snapshot = snapshotOf(world);
      const after = apply(world, requests, outcomes);
      const misjudged = world.offers.filter(({ saleId, itemId, purchaseLimit }) => {
        const most = Math.min(leftOf(after, saleId, itemId), purchaseLimit ?? Infinity);
        const buys = (quantity: number) =>
          decide(snapshot, [...requests, nextBuyer(saleId, { itemId, quantity })]).at(-1)?.kind ===
          'accepted';
        return buys(most + 1) || (most > 0 && buys(most) !== isLive(world, saleId));
      });
      expect(misjudged).toEqual([]);
    });
  });

  test('speaks of stock or a limit only where a line would pass it, and names the first that is short', () => {
    forAnyBatch((batch, outcomes) => {
      const unfounded = stepsOf(batch, outcomes).filter(({ world, request, outcome }) => {
        if (outcome.kind !== 'refused') return false;
        if (outcome.code === 'purchase_limit_reached') return !passesLimit(world, request);
        return outcome.code === 'sold_out' && outcome.itemId !== shortLine(world, request)?.itemId;
      });
      expect(unfounded).toEqual([]);
    });
  });

  test('never sells a buyer more than the purchase limit, earlier orders counted', () => {
    forAnyBatch(({ world, requests }, outcomes) => {
      const sold = soldIn(requests, outcomes);
      const passed = sold.filter(({ saleId, itemId, buyerId }) => {
        const bought = sum([...world.purchases, ...sold], { saleId, itemId, buyerId });
        return bought > (offerOf(world, saleId, itemId)?.purchaseLimit ?? Infinity);
      });
      expect(passed).toEqual([]);
    });
  });

  test('gives a key one order, and knows it before anything else', () => {
    forAnyBatch((batch, outcomes) => {
      const misjudged = stepsOf(batch, outcomes).filter(({ world, request, outcome }) => {
        const [owner, label] = [ownerOf(world, request), labelOf(outcome)];
        return owner ? label !== answerOfOwner(owner, request) : /replayed|idempotency/.test(label);
      });
      expect(misjudged).toEqual([]);
    });
  });

  test('answers as the plain rules do, in their order', () => {
    forAnyBatch((batch, outcomes) => {
      const expected = stepsOf(batch, outcomes).map(({ world, request }) => verdictOf(world, request));
      expect(outcomes.map(labelOf)).toEqual(expected);
    });
  });

  test('decides the same however it is cut', () => {
    const cuts = fc.array(fc.nat(MAX_REQUESTS), { maxLength: 4 });
    fc.assert(
      fc.property(batches(), cuts, ({ world, requests }, at) => {
        const bounds = [0, ...at.toSorted((a, b) => a - b), MAX_REQUESTS];
        let between = world;
        const outcomes = bounds.flatMap((start, index) => {
          const piece = requests.slice(start, bounds[index + 1] ?? start);
          const decided = decide(snapshotOf(between), piece);
          between = apply(between, piece, decided);
          return decided;
        });
        expect(outcomes).toEqual(decide(snapshotOf(world), requests));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  test('gives neighbours who share neither item nor key the same answers in either order', () => {
    forAnyBatch(({ world, requests }, outcomes) => {
      const swapped = swapStrangers(requests);
      const answers = decide(snapshotOf(world), swapped);
      const inOldOrder = requests.map((request) => answers[swapped.indexOf(request)]);
      expect(inOldOrder).toEqual(outcomes);
    });
  });

  test('changes nothing that it was given, and says the same when asked again', () => {
    forAnyBatch(({ world, requests }, outcomes) => {
      const snapshot = snapshotOf(world);
      const given = serialize([snapshot, requests]);
      expect(decide(snapshot, requests)).toEqual(outcomes);
      expect(decide(snapshot, requests)).toEqual(outcomes);
      expect(serialize([snapshot, requests]).equals(given)).toBe(true);
    });
  });

  test('makes each order of the lines that were asked for, at the price and for the time of its sale', () => {
    forAnyBatch((batch, outcomes) => {
      for (const { world, request, outcome } of stepsOf(batch, outcomes)) {
        if (outcome.kind !== 'accepted') continue;
        const { orderId, saleId, buyerId, metadata } = request;
        const ttlSec = saleOf(world, saleId)?.reservationTtlSeconds ?? NaN;
        const expiresAt = new Date(NOW_MS + ttlSec * 1000);
        const lines = request.lines.map((line) => {
          const { sku, priceAmount } = offerOf(world, saleId, line.itemId) ?? {};
          return { ...line, sku, unitPriceAmount: priceAmount };
        });
        expect(outcome.order).toEqual({
          ...{
            id: orderId,
            saleId,
            buyerId,
            metadata,
            lines,
            status: 'pending_payment',
            paidAt: null,
            payments: [],
          },
          ...{ totalAmount: priceOf(world, request), currency: 'EUR' },
          ...{ createdAt: new Date(NOW_MS), expiresAt, firstExpiresAt: expiresAt },
        });
      }
    });
  });

  test('is tried with batches that come to each of its answers', () => {
    const answers = fc
      .sample(batches(), NUM_RUNS)
      .flatMap(({ world, requests }) => decide(snapshotOf(world), requests))
      .map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind));
    const acceptedReplayedAndNineRefusals = 11;
    expect([...new Set(answers)]).toHaveLength(acceptedReplayedAndNineRefusals);
  });
});

/** The rows that a snapshot is read from: the rules below search them, and share none of `decide`'s look-ups. */
interface World {
  readonly stock: readonly ClaimedStock[];
  readonly sales: readonly SaleRow[];
  readonly offers: readonly OfferRow[];
  readonly purchases: readonly Units[];
  readonly placed: readonly PlacedRow[];
}

type SaleRow = Omit<SaleTerms, 'offers'> & { readonly saleId: string };
type OfferRow = Offer & { readonly saleId: string; readonly itemId: string };
type PlacedRow = Pick<PlacementRequest, 'buyerId' | 'idempotencyKey' | 'orderId' | 'requestHash'>;
type Units = RequestedLine & Pick<PlacementRequest, 'saleId' | 'buyerId'>;

interface Batch {
  readonly world: World;
  readonly requests: readonly PlacementRequest[];
}

// Few of each, so that requests collide.
const ITEMS = ['a', 'b', 'c', 'd'];
const SALES = ['noon', 'dusk', 'dawn'];
const buyerId = fc.constantFrom('ann', 'bob', 'cid', 'dan');
const idempotencyKey = fc.constantFrom('1', '2', '3', '4');
const requestHash = mostly('same', 'other', 'another');
const MAX_REQUESTS = 16;

function forAnyBatch(promise: (batch: Batch, outcomes: readonly Outcome[]) => void): void {
  fc.assert(
    fc.property(batches(), (batch) => promise(batch, decide(snapshotOf(batch.world), batch.requests))),
    { numRuns: NUM_RUNS },
  );
}

function batches(): fc.Arbitrary<Batch> {
  const quantity = fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 5, 6);
  const wish = fc.record({
    ...{ buyerId, idempotencyKey, requestHash },
    saleId: fc.constantFrom(...SALES, ...SALES, ...SALES, ...SALES, 'gone'),
    itemIds: fc.subarray(ITEMS, { minLength: 1, maxLength: 3 }),
    quantities: fc.tuple(quantity, quantity, quantity),
    expecting: mostly('the price', 'nothing', 'another price', 'another currency'),
  });
  return fc
    .tuple(worlds(), fc.array(wish, { maxLength: MAX_REQUESTS, size: 'max' }))
    .map(([world, wishes]) => {
      const requests = wishes.map(({ itemIds, quantities, expecting, ...fields }, index) => {
        const lines = itemIds.map((itemId, line) => ({ itemId, quantity: quantities[line] ?? 1 }));
        const amount = priceOf(world, { ...fields, lines }) + (expecting === 'another price' ? 1 : 0);
        const currency = expecting === 'another currency' ? 'USD' : 'EUR';
        const expectedTotal = expecting === 'nothing' ? undefined : { amount, currency };
        return {
          ...fields,
          orderId: `order-${index}`,
          lines,
          expectedTotal,
          metadata: { nr: String(index) },
        };
      });
      return { world, requests };
    });
}

function worlds(): fc.Arbitrary<World> {
  const [saleId, itemId] = [fc.constantFrom(...SALES), fc.constantFrom(...ITEMS)];
  const purchase = fc.record({ saleId, itemId, buyerId, quantity: upTo(3) });
  const placed = fc.record({
    buyerId,
    idempotencyKey,
    orderId: fc.constantFrom('old-1', 'old-2'),
    requestHash,
  });
  return fc.record({
    stock: mostOf(ITEMS.map(levels)),
    sales: fc.tuple(...SALES.map(sales)),
    offers: mostOf(SALES.flatMap((sale) => ITEMS.map((item) => offers(sale, item)))),
    purchases: fc.array(purchase, { maxLength: 6 }),
    placed: fc.uniqueArray(placed, { maxLength: 3, selector: placedKey }),
  });
}

function levels(itemId: string): fc.Arbitrary<ClaimedStock> {
  const onHand = fc.integer({ min: 3, max: 20 });
  return fc.record({ itemId: fc.constant(itemId), onHand, reserved: fc.nat(3) });
}

function sales(saleId: string): fc.Arbitrary<SaleRow> {
  return fc.record({
    saleId: fc.constant(saleId),
    startsAtMs: mostly(0, NOW_MS, NOW_MS + 1),
    endsAtMs: mostly(2 * NOW_MS, NOW_MS + 1, NOW_MS),
    paused: mostly(false, true),
    reservationTtlSeconds: upTo(900),
    currency: fc.constant('EUR'),
  });
}

function offers(saleId: string, itemId: string): fc.Arbitrary<OfferRow> {
  return fc.record({
    ...{ saleId: fc.constant(saleId), itemId: fc.constant(itemId), sku: fc.constant(`sku-${itemId}`) },
    priceAmount: fc.nat(500),
    purchaseLimit: fc.option(upTo(5), { freq: 2 }),
    allotment: fc.option(fc.integer({ min: 3, max: 13 }), { freq: 2 }),
    held: fc.nat(3),
  });
}

function upTo(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max });
}

function mostly<const T>(usual: T, ...odd: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, ...odd.map((value) => fc.constant(value)));
}

/** Now and then a row is missing. */
function mostOf<T>(rows: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T[]> {
  return fc
    .tuple(...rows.map((row) => fc.option(row, { freq: 20 })))
    .map((drawn) => drawn.filter((row) => row !== null));
}

function nextBuyer(saleId: string, line: RequestedLine): PlacementRequest {
  const identity = { orderId: 'next', buyerId: 'eve', idempotencyKey: '1', requestHash: 'same' };
  return { ...identity, saleId, lines: [line], expectedTotal: undefined, metadata: {} };
}

function snapshotOf(world: World): Snapshot {
  const purchases = new Map<string, number>();
  for (const { quantity, ...of } of world.purchases) {
    const key = purchaseKey(of, of.itemId);
    purchases.set(key, (purchases.get(key) ?? 0) + quantity);
  }
  const termsOf = (sale: SaleRow): SaleTerms => {
    const offered = world.offers.filter(matching({ saleId: sale.saleId }));
    return { ...sale, offers: new Map(offered.map((offer) => [offer.itemId, offer])) };
  };
  return {
    nowMs: NOW_MS,
    sales: new Map(world.sales.map((sale) => [sale.saleId, termsOf(sale)])),
    stock: new Map(world.stock.map((level) => [level.itemId, level])),
    purchases,
    placed: new Map(world.placed.map((order) => [placedKey(order), order])),
  };
}

/** The world after a batch. */
function apply(world: World, requests: readonly PlacementRequest[], outcomes: readonly Outcome[]): World {
  const accepted = acceptedIn(requests, outcomes);
  const sold = soldIn(requests, outcomes);
  return {
    sales: world.sales,
    stock: world.stock.map((level) => ({
      ...level,
      reserved: level.reserved + sum(sold, { itemId: level.itemId }),
    })),
    offers: world.offers.map((offer) => ({
      ...offer,
      held: offer.held + sum(sold, { saleId: offer.saleId, itemId: offer.itemId }),
    })),
    purchases: [...world.purchases, ...sold],
    placed: [...world.placed, ...accepted],
  };
}

/** Each request with its outcome, and the world as those before it left it. */
function stepsOf({ world, requests }: Batch, outcomes: readonly Outcome[]) {
  let left = world;
  return requests.map((request, index) => {
    const outcome = outcomes[index];
    if (!outcome) throw new Error(`request ${index} has no outcome`);
    const step = { world: left, request, outcome };
    left = apply(left, [request], [outcome]);
    return step;
  });
}

function isLive(world: World, saleId: string): boolean {
  const sale = saleOf(world, saleId);
  return sale !== undefined && !sale.paused && sale.startsAtMs <= NOW_MS && NOW_MS < sale.endsAtMs;
}

/** What a request should hear, as `labelOf` puts it: the first rule that speaks against it. */
function verdictOf(world: World, request: PlacementRequest): string {
  const { saleId, lines, expectedTotal } = request;
  const owner = ownerOf(world, request);
  if (owner) return answerOfOwner(owner, request);
  const sale = saleOf(world, saleId);
  if (!sale) return 'not_found';
  if (!lines.every(({ itemId }) => offerOf(world, saleId, itemId))) return 'item_not_in_sale';
  if (NOW_MS < sale.startsAtMs) return 'sale_not_started';
  if (NOW_MS >= sale.endsAtMs) return 'sale_ended';
  if (sale.paused) return 'sale_paused';
  if (expectedTotal && expectedTotal.currency !== sale.currency) return 'price_changed';
  if (expectedTotal && expectedTotal.amount !== priceOf(world, request)) return 'price_changed';
  if (passesLimit(world, request)) return 'purchase_limit_reached';
  const short = shortLine(world, request);
  return short ? `sold_out ${short.itemId}` : 'accepted';
}

function labelOf(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return outcome.kind;
  if (outcome.kind === 'replayed') return `replayed ${outcome.orderId}`;
  return outcome.itemId ? `${outcome.code} ${outcome.itemId}` : outcome.code;
}

function ownerOf(world: World, { buyerId, idempotencyKey }: PlacementRequest): PlacedRow | undefined {
  return world.placed.find(matching({ buyerId, idempotencyKey }));
}

function answerOfOwner(owner: PlacedRow, { requestHash }: PlacementRequest): string {
  return owner.requestHash === requestHash ? `replayed ${owner.orderId}` : 'idempotency_key_reused';
}

function passesLimit(world: World, { saleId, buyerId, lines }: PlacementRequest): boolean {
  return lines.some(({ itemId, quantity }) => {
    const limit = offerOf(world, saleId, itemId)?.purchaseLimit ?? Infinity;
    return sum(world.purchases, { saleId, itemId, buyerId }) + quantity > limit;
  });
}

function shortLine(world: World, { saleId, lines }: PlacementRequest): RequestedLine | undefined {
  return lines.find(({ itemId, quantity }) => quantity > leftOf(world, saleId, itemId));
}

function leftOf(world: World, saleId: string, itemId: string): number {
  const offer = offerOf(world, saleId, itemId);
  return Math.min(availableOf(world, itemId), (offer?.allotment ?? Infinity) - (offer?.held ?? 0));
}

function availableOf(world: World, itemId: string): number {
  const level = world.stock.find(matching({ itemId }));
  return level ? level.onHand - level.reserved : 0;
}

function saleOf(world: World, saleId: string): SaleRow | undefined {
  return world.sales.find(matching({ saleId }));
}

function offerOf(world: World, saleId: string, itemId: string): OfferRow | undefined {
  return world.offers.find(matching({ saleId, itemId }));
}

function priceOf(world: World, { saleId, lines }: Pick<PlacementRequest, 'saleId' | 'lines'>): number {
  const prices = lines.map(({ itemId, quantity }) => {
    return quantity * (offerOf(world, saleId, itemId)?.priceAmount ?? 0);
  });
  return prices.reduce((total, price) => total + price, 0);
}

/** Carries each request past the ones behind it for as long as they share neither item nor key. */
function swapStrangers(requests: readonly PlacementRequest[]): PlacementRequest[] {
  const swapped = [...requests];
  for (let index = 1; index < swapped.length; index++) {
    const [one, other] = swapped.slice(index - 1, index + 1);
    if (one && other && areStrangers(one, other)) swapped.splice(index - 1, 2, other, one);
  }
  return swapped;
}

function areStrangers(one: PlacementRequest, other: PlacementRequest): boolean {
  const shareItem = one.lines.some(({ itemId }) => other.lines.some(matching({ itemId })));
  return !shareItem && placedKey(one) !== placedKey(other);
}

function acceptedIn(requests: readonly PlacementRequest[], outcomes: readonly Outcome[]) {
  return requests.filter((_, index) => outcomes[index]?.kind === 'accepted');
}

function soldIn(requests: readonly PlacementRequest[], outcomes: readonly Outcome[]): Units[] {
  return acceptedIn(requests, outcomes).flatMap(({ saleId, buyerId, lines }) =>
    lines.map((line) => ({ saleId, buyerId, ...line })),
  );
}

function sum(units: readonly Units[], where: Partial<Units>): number {
  return units.filter(matching(where)).reduce((total, { quantity }) => total + quantity, 0);
}

function matching<Row extends object>(where: Partial<Row>): (row: Row) => boolean {
  const fields = Object.keys(where) as (keyof Row)[];
  return (row) => fields.every((field) => row[field] === where[field]);
}

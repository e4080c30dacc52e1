import { availableInSale, saleStatus } from '#sales';
import type { Order } from '../order.js';
import type { Outcome, PlacementRequest, Refusal, RefusalCode } from './placement.js';
import { placedKey, purchaseKey, type Offer, type SaleTerms, type Snapshot } from './snapshot.js';

/**
 * Decides a batch, first come first served. No I/O, no clock, no randomness: the same snapshot and the same requests
 * give the same outcomes, and a batch cut in two gives what it gives whole.
 *
 * A key that is known comes before everything else, so that a replay is answered after the sale has sold out or ended.
 */
export function decide(snapshot: Snapshot, requests: readonly PlacementRequest[]): Outcome[] {
  const ledger = new BatchLedger(snapshot);
  return requests.map((request) => {
    const outcome = decideOne(ledger, snapshot, request);
    if (outcome.kind === 'accepted') ledger.take(request);
    return outcome;
  });
}

/** Decides each as if nobody else asked. */
export function decideEach(snapshot: Snapshot, requests: readonly PlacementRequest[]): Outcome[] {
  const ledger = new BatchLedger(snapshot);
  return requests.map((request) => decideOne(ledger, snapshot, request));
}

function decideOne(ledger: BatchLedger, snapshot: Snapshot, request: PlacementRequest): Outcome {
  const placed = ledger.placed(request);
  if (placed) {
    if (placed.requestHash === request.requestHash) return { kind: 'replayed', orderId: placed.orderId };
    return refuse('idempotency_key_reused', 'This Idempotency-Key belongs to an order with another body.');
  }
  const sale = snapshot.sales.get(request.saleId);
  if (!sale) return refuse('not_found', 'There is no such sale.');
  const lines = pricedLines(sale, request);
  if (!lines) return refuse('item_not_in_sale', 'An item of this order is not part of the sale.');
  return (
    refusalOfWindow(sale, snapshot.nowMs) ??
    refusalOfPrice(sale, lines, request) ??
    refusalOfLimit(ledger, lines, request) ??
    refusalOfStock(ledger, lines) ??
    accept(sale, lines, request, snapshot.nowMs)
  );
}

interface PricedLine {
  readonly itemId: string;
  readonly quantity: number;
  readonly offer: Offer;
}

function pricedLines(sale: SaleTerms, request: PlacementRequest): PricedLine[] | undefined {
  const lines: PricedLine[] = [];
  for (const { itemId, quantity } of request.lines) {
    const offer = sale.offers.get(itemId);
    if (!offer) return undefined;
    lines.push({ itemId, quantity, offer });
  }
  return lines;
}

function refusalOfWindow(sale: SaleTerms, nowMs: number): Refusal | undefined {
  const status = saleStatus(sale, nowMs);
  switch (status) {
    case 'live':
      return undefined;
    case 'scheduled': {
      const retryAfterSec = Math.ceil((sale.startsAtMs - nowMs) / 1000);
      return { ...refuse('sale_not_started', `The sale starts in ${retryAfterSec} s.`), retryAfterSec };
    }
    case 'paused':
      return refuse('sale_paused', 'The sale is paused.');
    case 'ended':
      return refuse('sale_ended', 'The sale has ended.');
  }
}

function refusalOfPrice(
  sale: SaleTerms,
  lines: readonly PricedLine[],
  { expectedTotal }: PlacementRequest,
): Refusal | undefined {
  if (!expectedTotal) return undefined;
  const amount = totalOf(lines);
  if (expectedTotal.amount === amount && expectedTotal.currency === sale.currency) return undefined;
  return refuse('price_changed', `The total is now ${amount} ${sale.currency} (minor units).`);
}

function refusalOfLimit(
  ledger: BatchLedger,
  lines: readonly PricedLine[],
  request: PlacementRequest,
): Refusal | undefined {
  for (const { itemId, quantity, offer } of lines) {
    const { purchaseLimit } = offer;
    if (purchaseLimit === null) continue;
    const bought = ledger.bought(request, itemId);
    if (bought + quantity > purchaseLimit) {
      return refuse(
        'purchase_limit_reached',
        `A buyer may have ${purchaseLimit} of ${offer.sku}; you have ${bought}.`,
      );
    }
  }
  return undefined;
}

function refusalOfStock(ledger: BatchLedger, lines: readonly PricedLine[]): Refusal | undefined {
  for (const { itemId, quantity, offer } of lines) {
    const available = ledger.available(itemId, offer);
    if (available >= quantity) continue;
    const left = available === 0 ? 'is sold out' : `has ${available} left, fewer than ${quantity}`;
    return { ...refuse('sold_out', `${offer.sku} ${left}.`), itemId };
  }
  return undefined;
}

function accept(
  sale: SaleTerms,
  lines: readonly PricedLine[],
  request: PlacementRequest,
  nowMs: number,
): Outcome {
  const expiresAt = new Date(nowMs + sale.reservationTtlSeconds * 1000);
  const order: Order = {
    id: request.orderId,
    saleId: request.saleId,
    buyerId: request.buyerId,
    status: 'pending_payment',
    lines: lines.map(({ itemId, quantity, offer }) => ({
      itemId,
      sku: offer.sku,
      quantity,
      unitPriceAmount: offer.priceAmount,
    })),
    totalAmount: totalOf(lines),
    currency: sale.currency,
    metadata: request.metadata,
    createdAt: new Date(nowMs),
    expiresAt,
    firstExpiresAt: expiresAt,
    paidAt: null,
    payments: [],
  };
  return { kind: 'accepted', order };
}

function totalOf(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, { quantity, offer }) => sum + quantity * offer.priceAmount, 0);
}

function refuse(code: RefusalCode, detail: string): Refusal {
  return { kind: 'refused', code, detail };
}

/** The snapshot, less what the requests before this one have taken. */
class BatchLedger {
  private readonly taken = new Map<string, number>();
  /** Of an item in a sale. */
  private readonly takenOfOffer = new Map<Offer, number>();
  private readonly takenByBuyer = new Map<string, number>();
  /** By key alone, which hardly two buyers share: to join buyer and key costs more than all else here. */
  private readonly placedNow = new Map<string, PlacementRequest[]>();
  private readonly snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  take(request: PlacementRequest): void {
    const sameKey = this.placedNow.get(request.idempotencyKey);
    if (sameKey) sameKey.push(request);
    else this.placedNow.set(request.idempotencyKey, [request]);
    const offers = this.snapshot.sales.get(request.saleId)?.offers;
    for (const { itemId, quantity } of request.lines) {
      add(this.taken, itemId, quantity);
      const offer = offers?.get(itemId);
      if (!offer) continue;
      add(this.takenOfOffer, offer, quantity);
      if (offer.purchaseLimit !== null) add(this.takenByBuyer, purchaseKey(request, itemId), quantity);
    }
  }

  placed(request: PlacementRequest): { orderId: string; requestHash: string } | undefined {
    const before = this.snapshot.placed;
    return (
      (before.size > 0 ? before.get(placedKey(request)) : undefined) ??
      this.placedNow.get(request.idempotencyKey)?.find(({ buyerId }) => buyerId === request.buyerId)
    );
  }

  bought(request: PlacementRequest, itemId: string): number {
    const key = purchaseKey(request, itemId);
    return (this.snapshot.purchases.get(key) ?? 0) + (this.takenByBuyer.get(key) ?? 0);
  }

  available(itemId: string, offer: Offer): number {
    const level = this.snapshot.stock.get(itemId);
    if (!level) return 0;
    const stock = level.onHand - level.reserved - (this.taken.get(itemId) ?? 0);
    const held = offer.held + (this.takenOfOffer.get(offer) ?? 0);
    return availableInSale(stock, offer.allotment, held);
  }
}

function add<Key>(sums: Map<Key, number>, key: Key, quantity: number): void {
  sums.set(key, (sums.get(key) ?? 0) + quantity);
}

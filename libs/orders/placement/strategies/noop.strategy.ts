import { decide } from '../decide.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import type { ReservationStrategy } from '../reservation-strategy.js';
import type { Offer, Snapshot } from '../snapshot.js';

const DAY_MS = 24 * 3_600_000;

/**
 * The ceiling of every other strategy: all that the service does for an order, but no stock is taken and nothing is
 * written. The configuration refuses it in production.
 */
export class NoopStrategy implements ReservationStrategy {
  readonly name = 'noop';

  attempt(request: PlacementRequest): Promise<Outcome> {
    const [outcome] = decide(wishfulSnapshot(request), [request]);
    if (!outcome) throw new Error('A batch of one has one outcome.');
    return Promise.resolve(outcome);
  }
}

/** A live sale in which there is enough of everything. */
function wishfulSnapshot({ saleId, lines }: PlacementRequest): Snapshot {
  const nowMs = Date.now();
  const sale = {
    startsAtMs: nowMs - DAY_MS,
    endsAtMs: nowMs + DAY_MS,
    paused: false,
    reservationTtlSeconds: 600,
    currency: 'EUR',
    offers: new Map(lines.map(({ itemId }) => [itemId, wishfulOffer()])),
  };
  return {
    nowMs,
    sales: new Map([[saleId, sale]]),
    stock: new Map(
      lines.map(({ itemId, quantity }) => [itemId, { itemId, onHand: quantity, reserved: 0 }] as const),
    ),
    purchases: new Map(),
    placed: new Map(),
  };
}

function wishfulOffer(): Offer {
  return { sku: 'NOTHING-IS-TAKEN', priceAmount: 10_000, purchaseLimit: null, allotment: null, held: 0 };
}

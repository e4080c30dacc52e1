import { Injectable } from '@nestjs/common';
import { currentTraceparent, hashRequest, newId, type Page, ProblemError, toPage } from '#platform';
import { invalidState } from './lifecycle/locked-order.js';
import { ReservationEnds } from './lifecycle/reservation-ends.js';
import { OrderReader } from './order-reader.js';
import type { Order } from './order.js';
import { presentOrder, type CreateOrder, type OrderView } from './order.dto.js';
import { OrderPlacement } from './placement/order-placement.js';
import type { PlacementRequest, Refusal } from './placement/placement.js';

/** A buyer's orders. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly placement: OrderPlacement,
    private readonly reader: OrderReader,
    private readonly reservations: ReservationEnds,
  ) {}

  /** @throws what OrderPlacement throws */
  async create(
    buyerId: string,
    key: string,
    body: CreateOrder,
  ): Promise<{ kind: 'created'; order: OrderView; replayed: boolean } | Refusal> {
    const request = toRequest(buyerId, key, body);
    const outcome = await this.placement.place(request);
    switch (outcome.kind) {
      case 'accepted':
        return { kind: 'created', order: presentOrder(outcome.order), replayed: false };
      case 'replayed': {
        const order = asCreated(await this.reader.read({ buyerId, id: outcome.orderId }));
        // An order with our own id was written by an attempt of this very request whose COMMIT went unanswered.
        const replayed = outcome.orderId !== request.orderId;
        return { kind: 'created', order: presentOrder(order), replayed };
      }
      case 'refused':
        return outcome;
    }
  }

  /**
   * Cancels an unpaid order; one that is cancelled already is answered as it is.
   * @throws ProblemError not_found, invalid_order_state, payment_in_progress
   */
  async cancel(buyerId: string, orderId: string): Promise<OrderView> {
    const cancellation = await this.reservations.cancel(orderId, buyerId);
    switch (cancellation.kind) {
      case 'cancelled':
      case 'not_found': // which the reader says
        return this.read(buyerId, orderId);
      case 'payment_in_progress':
        throw new ProblemError('payment_in_progress', 'This order is being paid: wait for its payment.');
      case 'invalid_state':
        throw invalidState('Only an unpaid order can be cancelled', cancellation);
    }
  }

  async read(buyerId: string, orderId: string): Promise<OrderView> {
    return presentOrder(await this.reader.read({ buyerId, id: orderId }));
  }

  async list(buyerId: string, afterId: string | undefined): Promise<Page<OrderView>> {
    return toPage(await this.reader.list({ buyerId }, afterId), presentOrder);
  }
}

function toRequest(buyerId: string, idempotencyKey: string, body: CreateOrder): PlacementRequest {
  const lines = body.lines
    .map((line) => ({ itemId: line.itemId.toLowerCase(), quantity: line.quantity }))
    .sort((a, b) => (a.itemId < b.itemId ? -1 : 1));
  if (new Set(lines.map((line) => line.itemId)).size < lines.length) {
    throw new ProblemError('duplicate_item', 'Name each item once, with its whole quantity.');
  }
  const saleId = body.saleId.toLowerCase();
  const expectedTotal = body.expectedTotal ?? undefined;
  const metadata = body.metadata ?? {};
  const requestHash = hashRequest({ saleId, lines, expectedTotal, metadata });
  return {
    orderId: newId(),
    buyerId,
    idempotencyKey,
    requestHash,
    saleId,
    lines,
    expectedTotal,
    metadata,
    traceparent: currentTraceparent(),
  };
}

/** A replay answers as the first time, whatever has become of the order since. */
function asCreated(order: Order): Order {
  return { ...order, status: 'pending_payment', expiresAt: order.firstExpiresAt, paidAt: null, payments: [] };
}

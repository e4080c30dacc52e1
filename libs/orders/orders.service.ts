import { Injectable } from '@nestjs/common';
import { type Page, ProblemError, toPage } from '#platform';
import { invalidState } from './lifecycle/locked-order.js';
import { ReservationEnds } from './lifecycle/reservation-ends.js';
import { OrderReader } from './order-reader.js';
import { OrderRequest } from './order-request.js';
import type { Order } from './order.js';
import { presentOrder, type CreateOrder, type OrderView } from './order.dto.js';
import { OrderPlacement } from './placement/order-placement.js';
import type { Outcome, Refusal } from './placement/placement.js';

/** An order that was placed, now or by an earlier request with the same key. */
export interface Created {
  readonly kind: 'created';
  readonly order: OrderView;
  readonly replayed: boolean;
}

/** A buyer's orders. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly placement: OrderPlacement,
    private readonly reader: OrderReader,
    private readonly reservations: ReservationEnds,
  ) {}

  /**
   * No suspended call of its own: a thousand wait here (`OrderPlacement.place`).
   * @throws ProblemError duplicate_item, and what OrderPlacement throws
   */
  create(buyerId: string, key: string, body: CreateOrder): Promise<Created | Refusal> {
    const request = new OrderRequest(buyerId, key, body);
    return this.placement.place(request).then((outcome) => this.present(request, outcome));
  }

  private present(request: OrderRequest, outcome: Outcome): Created | Refusal | Promise<Created> {
    switch (outcome.kind) {
      case 'accepted':
        return { kind: 'created', order: presentOrder(outcome.order), replayed: false };
      case 'replayed':
        return this.replay(request, outcome.orderId);
      case 'refused':
        return outcome;
    }
  }

  private async replay(request: OrderRequest, orderId: string): Promise<Created> {
    const order = asCreated(await this.reader.read({ buyerId: request.buyerId, id: orderId }));
    // An order with our own id was written by an attempt of this very request whose COMMIT went unanswered.
    return { kind: 'created', order: presentOrder(order), replayed: orderId !== request.orderId };
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

/** A replay answers as the first time, whatever has become of the order since. */
function asCreated(order: Order): Order {
  return { ...order, status: 'pending_payment', expiresAt: order.firstExpiresAt, paidAt: null, payments: [] };
}

import type { ProblemCode } from '#platform';
import type { Order } from '../order.js';

/** An order that somebody wants to place. Its id and its hash may be worked out at the first look. */
export interface PlacementRequest {
  /** The id that the order gets when it is accepted. */
  readonly orderId: string;
  readonly buyerId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly saleId: string;
  /** Sorted by item, each item once. */
  readonly lines: readonly RequestedLine[];
  readonly expectedTotal: { readonly amount: number; readonly currency: string } | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where its trace goes on, for whatever happens to the order later; undefined where it is not traced. */
  readonly traceparent?: string | undefined;
}

/** What a request may leave to the first look. */
export function identityOf({
  orderId,
  requestHash,
}: PlacementRequest): Pick<PlacementRequest, 'orderId' | 'requestHash'> {
  return { orderId, requestHash };
}

export interface RequestedLine {
  readonly itemId: string;
  readonly quantity: number;
}

export type RefusalCode = Extract<
  ProblemCode,
  | 'not_found'
  | 'idempotency_key_reused'
  | 'item_not_in_sale'
  | 'sale_not_started'
  | 'sale_paused'
  | 'sale_ended'
  | 'price_changed'
  | 'purchase_limit_reached'
  | 'sold_out'
>;

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
  readonly retryAfterSec?: number;
  /** With `sold_out`: the first item that is short. */
  readonly itemId?: string;
}

/** What became of a request. A refusal is an outcome, not an error. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly order: Order }
  | { readonly kind: 'replayed'; readonly orderId: string }
  | Refusal;

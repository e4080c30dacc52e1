import { currentTraceparent, hashRequest, newId, ProblemError } from '#platform';
import type { CreateOrder } from './order.dto.js';
import type { PlacementRequest, RequestedLine } from './placement/placement.js';

/**
 * A buyer's body, in the form in which it is placed. Its id and its hash are worked out at the first look: whoever comes too
 * late needs neither, and they would be a twentieth of what that answer costs.
 */
export class OrderRequest implements PlacementRequest {
  readonly buyerId: string;
  readonly idempotencyKey: string;
  readonly saleId: string;
  readonly lines: readonly RequestedLine[];
  readonly expectedTotal: PlacementRequest['expectedTotal'];
  readonly metadata: Readonly<Record<string, string>>;
  readonly traceparent = currentTraceparent();
  private id: string | undefined;
  private hash: string | undefined;

  /** @throws ProblemError duplicate_item */
  constructor(buyerId: string, idempotencyKey: string, body: CreateOrder) {
    this.buyerId = buyerId;
    this.idempotencyKey = idempotencyKey;
    this.saleId = body.saleId.toLowerCase();
    this.lines = body.lines
      .map((line) => ({ itemId: line.itemId.toLowerCase(), quantity: line.quantity }))
      .sort((a, b) => (a.itemId < b.itemId ? -1 : 1));
    if (new Set(this.lines.map((line) => line.itemId)).size < this.lines.length) {
      throw new ProblemError('duplicate_item', 'Name each item once, with its whole quantity.');
    }
    this.expectedTotal = body.expectedTotal ?? undefined;
    this.metadata = body.metadata ?? {};
  }

  get orderId(): string {
    return (this.id ??= newId());
  }

  get requestHash(): string {
    const { saleId, lines, expectedTotal, metadata } = this;
    return (this.hash ??= hashRequest({ saleId, lines, expectedTotal, metadata }));
  }
}

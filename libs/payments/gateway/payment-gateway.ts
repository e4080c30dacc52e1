/** Money that is to be taken for an order. */
export interface Charge {
  /** The gateway's idempotency key: asked again under it, it answers as the first time. */
  readonly paymentId: string;
  readonly orderId: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  /** What the provider's form in the page gave for this payment. */
  readonly token: string | null;
  /** What a sandbox should do. A real gateway takes no notice. */
  readonly outcome: string | null;
}

/** What the gateway did. A decline is an answer, not an error. */
export type GatewayAnswer =
  | { readonly status: 'succeeded'; readonly amount: number; readonly currency: string }
  | { readonly status: 'declined'; readonly failureCode: string };

/** The gateway did not answer, or not in time: what it did is not known. It is asked again, under the same key. */
export class GatewayUnavailableError extends Error {
  override readonly name = 'GatewayUnavailableError';
}

/**
 * A payment provider. Each call is safe to repeat with the same charge. It is called outside any transaction, so it may take
 * its time, and whoever calls it may die before the answer is recorded.
 */
export interface PaymentGateway {
  /** Reserves the money. @throws GatewayUnavailableError */
  authorize(charge: Charge): Promise<GatewayAnswer>;
  /** Takes it, authorizing it first where that has not been done. @throws GatewayUnavailableError */
  capture(charge: Charge): Promise<GatewayAnswer>;
  /** Lets reserved money go. @throws GatewayUnavailableError */
  void(charge: Charge): Promise<GatewayAnswer>;
  /** Gives captured money back. @throws GatewayUnavailableError */
  refund(charge: Charge): Promise<GatewayAnswer>;
}

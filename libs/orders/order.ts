export const ORDER_STATUSES = [
  'pending_payment',
  'paid',
  'fulfilled',
  'expired',
  'cancelled',
  'refund_pending',
  'refunded',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderLine {
  readonly itemId: string;
  readonly sku: string;
  readonly quantity: number;
  /** In minor units of the order's currency. */
  readonly unitPriceAmount: number;
}

export const PAYMENT_STATUSES = ['pending', 'succeeded', 'declined', 'refunded'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export interface OrderPayment {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly failureCode: string | null;
  readonly createdAt: Date;
}

export interface Order {
  readonly id: string;
  readonly saleId: string;
  readonly buyerId: string;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  readonly totalAmount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** Until then its stock is held. */
  readonly expiresAt: Date;
  /** What `expiresAt` was when the order was placed. */
  readonly firstExpiresAt: Date;
  readonly paidAt: Date | null;
  /** Oldest first. */
  readonly payments: readonly OrderPayment[];
}

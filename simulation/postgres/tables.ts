import type { OrderStatus, PaymentState, StockState } from './states.js';

/** Rows as the migrations have them, less what no promise speaks of. Rows are never changed, but replaced. */
export interface StockLevel {
  readonly itemId: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly fence: number;
  readonly version: number;
}

export interface Sale {
  readonly id: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly paused: boolean;
  readonly reservationTtlSeconds: number;
}

export interface SaleItem {
  readonly saleId: string;
  readonly itemId: string;
  readonly priceAmount: number;
  readonly purchaseLimit: number | null;
  readonly allotment: number | null;
  readonly held: number;
}

export interface Purchase {
  readonly saleId: string;
  readonly itemId: string;
  readonly buyerId: string;
  readonly quantity: number;
}

export interface CustomerOrder {
  readonly id: string;
  readonly saleId: string;
  readonly buyerId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly status: OrderStatus;
  readonly stockState: StockState;
  readonly totalAmount: number;
  readonly currency: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly firstExpiresAtMs: number;
  readonly archived: boolean;
}

export interface OrderLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
  readonly unitPriceAmount: number;
}

export interface StockMovement {
  readonly id: string;
  readonly itemId: string;
  readonly orderId: string | null;
  readonly kind: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly fence: number | null;
  readonly reference: string | null;
}

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly outcome: string | null;
  readonly status: PaymentState;
  readonly amount: number;
  readonly currency: string;
  readonly returnsStock: boolean;
  readonly dueAtMs: number | null;
}

export interface PaymentEvent {
  readonly eventId: string;
}

/** Committed rows by their primary key, in the order in which they came. */
export class Table<Row> {
  readonly name: string;
  readonly rows = new Map<string, Row>();

  constructor(name: string) {
    this.name = name;
  }
}

export class Tables {
  readonly stock = new Table<StockLevel>('stock_level');
  readonly sales = new Table<Sale>('sale');
  readonly saleItems = new Table<SaleItem>('sale_item');
  readonly purchases = new Table<Purchase>('purchase');
  readonly orders = new Table<CustomerOrder>('customer_order');
  readonly lines = new Table<OrderLine>('order_line');
  readonly movements = new Table<StockMovement>('stock_movement');
  readonly payments = new Table<Payment>('payment');
  readonly paymentEvents = new Table<PaymentEvent>('payment_event');
}

/** The key of a row that several columns name. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join('/');
}

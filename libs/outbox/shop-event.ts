/** What the shop is told, as it travels. An event may come twice, with the same id, and later than one that happened after it. */
export interface ShopEvent {
  readonly id: string;
  readonly type: OrderEventType | StockEventType;
  readonly occurredAt: string;
  readonly data: OrderFacts | StockFacts;
}

export type OrderEventType =
  'order.reserved' | 'order.paid' | 'order.expired' | 'order.cancelled' | 'order.refunded';
/** `stock.low`: what is available has fallen to the item's `lowStockThreshold`, or below. */
export type StockEventType = 'stock.low' | 'stock.sold_out';

/** What never changes about an order; its state is what the event's type says. */
export interface OrderFacts {
  readonly orderId: string;
  readonly saleId: string;
  readonly buyerId: string;
  readonly lines: readonly {
    readonly itemId: string;
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: Amount;
  }[];
  readonly total: Amount;
  readonly createdAt: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of `order.reserved` alone: until then the stock is held. */
  readonly expiresAt?: string;
}

export interface StockFacts {
  readonly itemId: string;
  readonly sku: string;
  /** As it was when it fell. */
  readonly available: number;
}

/** In the currency's smallest unit. */
interface Amount {
  readonly amount: number;
  readonly currency: string;
}

interface EventRow {
  id: string;
  occurred_at: Date;
  /** How often it has been sent, this time included. */
  attempts: number;
  /** Of the order, where that is traced. */
  traceparent: string | null;
}

interface OrderEventRow extends EventRow {
  type: OrderEventType;
  order_id: string;
  sale_id: string;
  buyer_id: string;
  total_amount: string;
  currency: string;
  created_at: Date;
  first_expires_at: Date;
  metadata: Record<string, string>;
  lines: { itemId: string; sku: string; quantity: number; unitPriceAmount: number }[];
}

interface StockEventRow extends EventRow {
  type: StockEventType;
  item_id: string;
  sku: string;
  available: number;
}

/** A row of take-due.sql. */
export type OutboxRow = OrderEventRow | StockEventRow;

export function toShopEvent(row: OutboxRow): ShopEvent {
  const { id, type, occurred_at: occurredAt } = row;
  const data = isOfStock(row) ? stockFacts(row) : orderFacts(row);
  return { id, type, occurredAt: occurredAt.toISOString(), data };
}

function isOfStock(row: OutboxRow): row is StockEventRow {
  return row.type === 'stock.low' || row.type === 'stock.sold_out';
}

function stockFacts({ item_id: itemId, sku, available }: StockEventRow): StockFacts {
  return { itemId, sku, available };
}

function orderFacts(row: OrderEventRow): OrderFacts {
  const { currency } = row;
  return {
    orderId: row.order_id,
    saleId: row.sale_id,
    buyerId: row.buyer_id,
    lines: row.lines.map(({ unitPriceAmount, ...line }) => ({
      ...line,
      unitPrice: { amount: unitPriceAmount, currency },
    })),
    total: { amount: Number(row.total_amount), currency },
    createdAt: row.created_at.toISOString(),
    metadata: row.metadata,
    ...(row.type === 'order.reserved' ? { expiresAt: row.first_expires_at.toISOString() } : {}),
  };
}

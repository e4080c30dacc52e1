export type StockState = 'reserved' | 'sold' | 'released' | 'returned';
export type MovementKind = 'receive' | 'reserve' | 'release' | 'sell' | 'adjust' | 'return';

export interface StockRow {
  readonly itemId: string;
  readonly onHand: number;
  readonly reserved: number;
}

export interface MovementRow {
  /** When its transaction began, in milliseconds since the epoch on the database's clock. */
  readonly atMs: number;
  readonly itemId: string;
  readonly orderId: string | null;
  readonly kind: MovementKind;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
}

export interface SaleItemRow {
  readonly saleId: string;
  readonly itemId: string;
  readonly purchaseLimit: number | null;
  readonly allotment: number | null;
  readonly held: number;
}

export interface LineRow {
  readonly itemId: string;
  readonly quantity: number;
  readonly unitPriceAmount: number;
}

export interface OrderRow {
  readonly id: string;
  readonly saleId: string;
  readonly buyerId: string;
  /** Null where the record was read through the API, which does not show it. */
  readonly key: string | null;
  readonly stockState: StockState;
  readonly totalAmount: number;
  readonly currency: string;
  readonly lines: readonly LineRow[];
}

export interface PurchaseRow {
  readonly saleId: string;
  readonly itemId: string;
  readonly buyerId: string;
  readonly quantity: number;
}

/**
 * The record of a run's items and sale at one moment: orders are those of the sale and every other order over its items.
 * What cannot be seen is null, so that nobody mistakes it for empty.
 */
export interface Snapshot {
  readonly source: 'database' | 'api';
  /** The database's clock less the harness's, in milliseconds; 0 where it is not known. */
  readonly clockOffsetMs: number;
  readonly stock: readonly StockRow[];
  readonly orders: readonly OrderRow[];
  readonly movements: readonly MovementRow[] | null;
  readonly saleItems: readonly SaleItemRow[] | null;
  readonly purchases: readonly PurchaseRow[] | null;
}

/** An order that keeps its units from others. */
export function holdsStock(order: OrderRow): boolean {
  return order.stockState === 'reserved' || order.stockState === 'sold';
}

/** Units of `itemId` in these orders. */
export function unitsOf(orders: Iterable<OrderRow>, itemId: string): number {
  let units = 0;
  for (const order of orders) {
    for (const line of order.lines) if (line.itemId === itemId) units += line.quantity;
  }
  return units;
}

/** Units of each item that a buyer's orders in a sale hold: item, then buyer. */
export function unitsByBuyer(orders: Iterable<OrderRow>, saleId: string): Map<string, Map<string, number>> {
  const held = new Map<string, Map<string, number>>();
  for (const order of orders) {
    if (order.saleId !== saleId || !holdsStock(order)) continue;
    for (const { itemId, quantity } of order.lines) {
      const buyers = held.get(itemId) ?? new Map<string, number>();
      buyers.set(order.buyerId, (buyers.get(order.buyerId) ?? 0) + quantity);
      held.set(itemId, buyers);
    }
  }
  return held;
}

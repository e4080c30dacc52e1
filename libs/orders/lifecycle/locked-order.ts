import { linkTo, loadStatement, ProblemError, type SqlExecutor } from '#platform';
import type { OrderStatus } from '../order.js';
import type { OwnedOrder } from './order-lines.js';

const LOCK_ORDER = loadStatement(import.meta.url, './lock-order.sql');
const MOVE = loadStatement(import.meta.url, './move.sql');

export type StockState = 'reserved' | 'sold' | 'released' | 'returned';

/** An order that this transaction alone may change. */
export interface LockedOrder extends OwnedOrder {
  readonly status: OrderStatus;
  readonly stockState: StockState;
  readonly totalAmount: number;
  readonly currency: string;
  /** Whether its hold lasts, on the database's clock. */
  readonly isHeld: boolean;
}

/** The first statement of an order's transition. @returns undefined where there is no such order */
export async function lockOrder(transaction: SqlExecutor, orderId: string): Promise<LockedOrder | undefined> {
  const [row] = await transaction.query<OrderRow>(LOCK_ORDER, [orderId]);
  if (!row) return undefined;
  linkTo(row.traceparent);
  return {
    id: row.id,
    saleId: row.sale_id,
    buyerId: row.buyer_id,
    status: row.status,
    stockState: row.stock_state,
    totalAmount: Number(row.total_amount),
    currency: row.currency,
    isHeld: row.is_held,
  };
}

/** A transition of the state machine, written by its condition. */
export async function moveOrder(
  transaction: SqlExecutor,
  order: LockedOrder,
  to: { readonly status: OrderStatus; readonly stockState?: StockState },
): Promise<void> {
  const moved = await transaction.query(MOVE, [order.id, order.status, to.status, to.stockState ?? null]);
  if (moved.length !== 1) throw new Error(`Order ${order.id} left ${order.status} while it was locked.`);
}

/** @param rule what the order would have to be */
export function invalidState(rule: string, { status }: Pick<LockedOrder, 'status'>): ProblemError {
  return new ProblemError('invalid_order_state', `${rule}; this one is ${status}.`);
}

interface OrderRow {
  id: string;
  sale_id: string;
  buyer_id: string;
  status: OrderStatus;
  stock_state: StockState;
  total_amount: string;
  currency: string;
  is_held: boolean;
  traceparent: string | null;
}

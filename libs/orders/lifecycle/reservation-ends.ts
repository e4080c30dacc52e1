import { releaseStock } from '#inventory';
import { beginSpan, contextOf, loadStatement, type Database, type Transaction } from '#platform';
import type { OrderStatus } from '../order.js';
import { lockOrder, moveOrder } from './locked-order.js';
import { claimLines, uncount, type OwnedOrder } from './order-lines.js';

const EXPIRE = loadStatement(import.meta.url, './expire.sql');
const PENDING_PAYMENT = `SELECT 1 FROM payment WHERE order_id = $1 AND status = 'pending'`;

/** What one transaction ends: its items are locked for as long as that takes. */
export const MAX_EXPIRED_AT_ONCE = 500;

interface ExpiredRow {
  id: string;
  sale_id: string;
  buyer_id: string;
  traceparent: string | null;
}

/** What came of a wish to cancel. */
export type Cancellation =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'payment_in_progress' }
  | { readonly kind: 'invalid_state'; readonly status: OrderStatus };

/**
 * How a reservation ends without having been paid: the order's conditional transition, and in the same transaction its stock
 * and its share of limits and allotments given back. Rows are locked in one order everywhere: orders, stock by item,
 * purchases by key.
 */
export class ReservationEnds {
  constructor(private readonly database: Pick<Database, 'transaction' | 'query'>) {}

  /** Expires some of the orders whose time is over. @returns how many; fewer than asked for when none is left */
  async expireSome(limit = MAX_EXPIRED_AT_ONCE): Promise<number> {
    const startTime = Date.now();
    const ended = await this.database.transaction(async (transaction) => {
      const rows = await transaction.query<ExpiredRow>(EXPIRE, [limit]);
      const orders = rows.map((row) => ({ id: row.id, saleId: row.sale_id, buyerId: row.buyer_id }));
      await giveBack(transaction, orders);
      return rows;
    });
    const attributes = { 'holdfast.orders': ended.length };
    for (const { traceparent } of ended) {
      beginSpan('expire order', { startTime, attributes }, contextOf(traceparent))?.end();
    }
    return ended.length;
  }

  /** For how long the first order that should have expired has been over its time; 0 where there is none. */
  async overdueSec(): Promise<number> {
    const [row] = await this.database.query<{ seconds: number }>(
      `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(expires_at)), 0)::double precision AS seconds
       FROM customer_order WHERE status = 'pending_payment' AND expires_at <= clock_timestamp()`,
    );
    return row?.seconds ?? 0;
  }

  /** Cancels a buyer's order while nobody is paying it; one that is cancelled already stays so. */
  cancel(orderId: string, buyerId: string): Promise<Cancellation> {
    return this.database.transaction(async (transaction) => {
      const order = await lockOrder(transaction, orderId);
      if (order?.buyerId !== buyerId) return { kind: 'not_found' };
      if (order.status === 'cancelled') return { kind: 'cancelled' };
      if (order.status !== 'pending_payment') return { kind: 'invalid_state', status: order.status };
      const paying = await transaction.query(PENDING_PAYMENT, [orderId]);
      if (paying.length > 0) return { kind: 'payment_in_progress' };
      await moveOrder(transaction, order, { status: 'cancelled', stockState: 'released' });
      await giveBack(transaction, [order]);
      return { kind: 'cancelled' };
    });
  }
}

/** Gives the reserved stock of ended orders back, with what it counted for. */
export async function giveBack(transaction: Transaction, orders: readonly OwnedOrder[]): Promise<void> {
  if (orders.length === 0) return;
  const { lines } = await claimLines(transaction, orders);
  releaseStock(transaction, lines);
  uncount(transaction, lines);
}

import { returnStock } from '#inventory';
import type { SqlExecutor, Transaction } from '#platform';
import { moveOrder, type LockedOrder } from './locked-order.js';
import { claimLines, uncount } from './order-lines.js';

/** The money of this order goes back, once the gateway has it. @returns whether the order was `paid` */
export async function beginRefund(transaction: SqlExecutor, order: LockedOrder): Promise<boolean> {
  if (order.status !== 'paid') return false;
  await moveOrder(transaction, order, { status: 'refund_pending' });
  return true;
}

/**
 * The money is back: the order is refunded. Units that were sold return to the shelf where the refund says so, and to the limit.
 * @returns whether a refund was pending
 */
export async function recordRefund(
  transaction: Transaction,
  order: LockedOrder,
  { returnsStock }: { readonly returnsStock: boolean },
): Promise<boolean> {
  if (order.status !== 'refund_pending') return false;
  const returns = returnsStock && order.stockState === 'sold';
  await moveOrder(transaction, order, { status: 'refunded', ...(returns ? { stockState: 'returned' } : {}) });
  if (!returns) return true;
  const { lines } = await claimLines(transaction, [order]);
  returnStock(transaction, lines);
  uncount(transaction, lines);
  return true;
}

import { randomUUID } from 'node:crypto';
import { claimStock } from '#inventory';
import { loadStatement, ProblemError, type SqlExecutor } from '#platform';
import type { BuyerErasureView } from './buyer-erasure.dto.js';

const LOCK_ORDERS_OF = loadStatement(import.meta.url, './lock-orders-of.sql');
const ITEMS_OF = loadStatement(import.meta.url, './items-of.sql');
const ORDERS_OF = loadStatement(import.meta.url, './orders-of.sql');
const ERASE = loadStatement(import.meta.url, './erase.sql');

/**
 * Forgets who a buyer was. Orders stay, under a pseudonym that leads back to nobody: a random one, of which only the erasure's
 * answer says whose it was. What sums rest on is left as it is, so that the books balance as before.
 *
 * Rows are locked as everywhere: orders by id, then stock by item. Behind that nobody places, pays or ends an order of this buyer
 * over these items, and what was committed while it was waited for is seen.
 * @throws ProblemError invalid_order_state where an order is under way
 */
export async function eraseBuyer(transaction: SqlExecutor, buyerId: string): Promise<BuyerErasureView> {
  const locked = await transaction.query<{ id: string }>(LOCK_ORDERS_OF, [buyerId]);
  if (locked.length === 0) return { pseudonym: null, orders: 0 };
  const items = await transaction.query<{ item_id: string }>(ITEMS_OF, [buyerId]);
  await claimStock(
    transaction,
    items.map(({ item_id: itemId }) => ({ itemId, fence: undefined })),
  );
  const orders = await transaction.query<{ id: string; is_under_way: boolean }>(ORDERS_OF, [buyerId]);
  const underWay = orders.filter(({ is_under_way }) => is_under_way).length;
  if (underWay > 0) {
    throw new ProblemError(
      'invalid_order_state',
      `A buyer is erased when no order is under way; ${underWay} of this one's are: let them be paid, cancelled or refunded.`,
    );
  }
  const pseudonym = randomUUID();
  const [row] = await transaction.query<{ orders: number }>(ERASE, [buyerId, pseudonym]);
  return { pseudonym, orders: row?.orders ?? 0 };
}

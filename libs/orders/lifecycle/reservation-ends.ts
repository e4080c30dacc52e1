import { claimStock, releaseStock } from '#inventory';
import { loadStatement, plainArray, type Database, type Transaction } from '#platform';

const EXPIRE = loadStatement(import.meta.url, './expire.sql');
const CANCEL = loadStatement(import.meta.url, './cancel.sql');
const LINES_OF = loadStatement(import.meta.url, './lines-of.sql');
const UNCOUNT = loadStatement(import.meta.url, './uncount.sql');

/** What one transaction ends: its items are locked for as long as that takes. */
export const MAX_EXPIRED_AT_ONCE = 500;

interface EndedOrder {
  readonly id: string;
  readonly sale_id: string;
  readonly buyer_id: string;
}

/**
 * How a reservation ends without having been paid: the order's conditional transition, and in the same transaction its stock
 * and its share of limits and allotments given back. Rows are locked in one order everywhere: orders, stock by item, purchases by key.
 */
export class ReservationEnds {
  constructor(private readonly database: Pick<Database, 'transaction'>) {}

  /** Expires some of the orders whose time is over. @returns how many; fewer than asked for when none is left */
  expireSome(limit = MAX_EXPIRED_AT_ONCE): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const ended = await transaction.query<EndedOrder>(EXPIRE, [limit]);
      await giveBack(transaction, ended);
      return ended.length;
    });
  }

  /** @returns whether it was pending, and this buyer's */
  cancel(orderId: string, buyerId: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const ended = await transaction.query<EndedOrder>(CANCEL, [orderId, buyerId]);
      await giveBack(transaction, ended);
      return ended.length > 0;
    });
  }
}

async function giveBack(transaction: Transaction, orders: readonly EndedOrder[]): Promise<void> {
  if (orders.length === 0) return;
  const rows = await transaction.query<{ order_id: string; item_id: string; quantity: number }>(LINES_OF, [
    plainArray(orders, ({ id }) => id),
  ]);
  const orderById = new Map(orders.map((order) => [order.id, order]));
  const lines = rows.flatMap(({ order_id: orderId, item_id: itemId, quantity }) => {
    const order = orderById.get(orderId);
    return order ? [{ orderId, itemId, quantity, saleId: order.sale_id, buyerId: order.buyer_id }] : [];
  });
  const itemIds = [...new Set(lines.map(({ itemId }) => itemId))].sort();
  await claimStock(
    transaction,
    itemIds.map((itemId) => ({ itemId, fence: undefined })),
  );
  releaseStock(transaction, lines);
  transaction.send(UNCOUNT, [
    plainArray(lines, ({ saleId }) => saleId),
    plainArray(lines, ({ itemId }) => itemId),
    plainArray(lines, ({ buyerId }) => buyerId),
    plainArray(lines, ({ quantity }) => quantity),
  ]);
}

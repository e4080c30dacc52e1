import { sellStock, type ClaimedStock } from '#inventory';
import { loadStatement, type Transaction } from '#platform';
import { moveOrder, type LockedOrder } from './locked-order.js';
import { claimLines, count, type OwnedLine } from './order-lines.js';
import { giveBack } from './reservation-ends.js';

const TERMS_OF = loadStatement(import.meta.url, './terms-of.sql');

/** What became of an order whose money was taken. `unchanged`: it was past that. */
export type Captured = 'paid' | 'refund_pending' | 'unchanged';

/**
 * Money for this order was taken: it is paid and its stock sold. Where its reservation has ended the stock is sold from what
 * is free, within limit and allotment; else the money goes back, and nothing moves.
 * @param isExact whether it was the amount that the order costs; another one goes back in any case
 */
export async function recordCapture(
  transaction: Transaction,
  order: LockedOrder,
  { isExact }: { readonly isExact: boolean },
): Promise<Captured> {
  switch (order.status) {
    case 'pending_payment':
      return isExact ? sellReserved(transaction, order) : refuseMoney(transaction, order);
    case 'expired':
    case 'cancelled':
      return isExact ? sellLate(transaction, order) : refundLater(transaction, order);
    case 'paid':
    case 'fulfilled':
    case 'refund_pending':
    case 'refunded':
      return 'unchanged';
  }
}

async function sellReserved(transaction: Transaction, order: LockedOrder): Promise<Captured> {
  const { lines } = await claimLines(transaction, [order]);
  sellStock(transaction, lines, { reserved: true });
  await moveOrder(transaction, order, { status: 'paid', stockState: 'sold' });
  return 'paid';
}

async function sellLate(transaction: Transaction, order: LockedOrder): Promise<Captured> {
  const { lines, stock } = await claimLines(transaction, [order]);
  if (!(await isStillForSale(transaction, order, lines, stock))) return refundLater(transaction, order);
  sellStock(transaction, lines, { reserved: false });
  count(transaction, lines);
  await moveOrder(transaction, order, { status: 'paid', stockState: 'sold' });
  return 'paid';
}

async function refuseMoney(transaction: Transaction, order: LockedOrder): Promise<Captured> {
  await moveOrder(transaction, order, { status: 'refund_pending', stockState: 'released' });
  await giveBack(transaction, [order]);
  return 'refund_pending';
}

async function refundLater(transaction: Transaction, order: LockedOrder): Promise<Captured> {
  await moveOrder(transaction, order, { status: 'refund_pending' });
  return 'refund_pending';
}

async function isStillForSale(
  transaction: Transaction,
  { saleId, buyerId }: LockedOrder,
  lines: readonly OwnedLine[],
  stock: ReadonlyMap<string, ClaimedStock>,
): Promise<boolean> {
  const items = lines.map(({ itemId }) => itemId);
  const rows = await transaction.query<TermsRow>(TERMS_OF, [saleId, items, buyerId]);
  const termsByItem = new Map(rows.map((row) => [row.item_id, row]));
  return lines.every(({ itemId, quantity }) => {
    const [level, terms] = [stock.get(itemId), termsByItem.get(itemId)];
    if (!level || !terms) return false;
    return (
      level.onHand - level.reserved >= quantity &&
      terms.bought + quantity <= (terms.purchase_limit ?? Infinity) &&
      terms.held + quantity <= (terms.allotment ?? Infinity)
    );
  });
}

interface TermsRow {
  item_id: string;
  purchase_limit: number | null;
  allotment: number | null;
  held: number;
  bought: number;
}

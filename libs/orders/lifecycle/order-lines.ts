import { claimStock, type ClaimedStock } from '#inventory';
import { integerColumn, loadStatement, uuidColumn, type Transaction } from '#platform';

const LINES_OF = loadStatement(import.meta.url, './lines-of.sql');
const UNCOUNT = loadStatement(import.meta.url, './uncount.sql');
const COUNT = loadStatement(import.meta.url, './count.sql');

/** Whose lines: an order that this transaction has locked. */
export interface OwnedOrder {
  readonly id: string;
  readonly saleId: string;
  readonly buyerId: string;
}

export interface OwnedLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
  readonly saleId: string;
  readonly buyerId: string;
}

/** The lines of these orders, with their stock claimed: nobody else changes it before this transaction ends. */
export async function claimLines(
  transaction: Transaction,
  orders: readonly OwnedOrder[],
): Promise<{ lines: OwnedLine[]; stock: ReadonlyMap<string, ClaimedStock> }> {
  const rows = await transaction.query<{ order_id: string; item_id: string; quantity: number }>(LINES_OF, [
    uuidColumn(orders, ({ id }) => id),
  ]);
  const orderById = new Map(orders.map((order) => [order.id, order]));
  const lines = rows.flatMap(({ order_id: orderId, item_id: itemId, quantity }) => {
    const order = orderById.get(orderId);
    return order ? [{ orderId, itemId, quantity, saleId: order.saleId, buyerId: order.buyerId }] : [];
  });
  const itemIds = [...new Set(lines.map(({ itemId }) => itemId))].sort();
  const claims = itemIds.map((itemId) => ({ itemId, fence: undefined }));
  const stock = await claimStock(transaction, claims);
  return { lines, stock: new Map(stock.map((level) => [level.itemId, level])) };
}

/** Takes lines from what counts for limits and allotments. Their stock is claimed. */
export function uncount(transaction: Transaction, lines: readonly OwnedLine[]): void {
  transaction.send(UNCOUNT, columnsOf(lines));
}

/** Counts lines for limits and allotments. Their stock is claimed. */
export function count(transaction: Transaction, lines: readonly OwnedLine[]): void {
  transaction.send(COUNT, columnsOf(lines));
}

function columnsOf(lines: readonly OwnedLine[]): Buffer[] {
  return [
    uuidColumn(lines, ({ saleId }) => saleId),
    uuidColumn(lines, ({ itemId }) => itemId),
    uuidColumn(lines, ({ buyerId }) => buyerId),
    integerColumn(lines, ({ quantity }) => quantity),
  ];
}

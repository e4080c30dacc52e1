import { integerColumn, loadStatement, newIdColumn, uuidColumn, type Transaction } from '#platform';

const ORDER_STOCK = loadStatement(import.meta.url, './order-stock.sql');

/** What an order has of an item. */
export interface StockLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
}

/** Gives the reserved stock of these lines back. The items are claimed in the same transaction, here as below. */
export function releaseStock(transaction: Transaction, lines: readonly StockLine[]): void {
  change(transaction, lines, { kind: 'release', onHand: 0, reserved: -1 });
}

/** Sells these lines, from their reservation or from what is free. */
export function sellStock(
  transaction: Transaction,
  lines: readonly StockLine[],
  { reserved }: { readonly reserved: boolean },
): void {
  change(transaction, lines, { kind: 'sell', onHand: -1, reserved: reserved ? -1 : 0 });
}

/** Puts the sold units of these lines back on the shelf. */
export function returnStock(transaction: Transaction, lines: readonly StockLine[]): void {
  change(transaction, lines, { kind: 'return', onHand: 1, reserved: 0 });
}

/** @param unit what each unit changes */
function change(
  transaction: Transaction,
  lines: readonly StockLine[],
  unit: { readonly kind: string; readonly onHand: number; readonly reserved: number },
): void {
  transaction.send(ORDER_STOCK, [
    unit.kind,
    unit.onHand,
    unit.reserved,
    newIdColumn(lines.length),
    uuidColumn(lines, (line) => line.orderId),
    uuidColumn(lines, (line) => line.itemId),
    integerColumn(lines, (line) => line.quantity),
  ]);
}

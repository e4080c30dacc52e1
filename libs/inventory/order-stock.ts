import { loadStatement, newId, plainArray, type Transaction } from '#platform';

const RELEASE = loadStatement(import.meta.url, './release.sql');
const RETURN = loadStatement(import.meta.url, './return.sql');
const SELL = loadStatement(import.meta.url, './sell.sql');

/** What an order has of an item. */
export interface StockLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
}

/** Gives the reserved stock of these lines back. The items are claimed in the same transaction, here as below. */
export function releaseStock(transaction: Transaction, lines: readonly StockLine[]): void {
  transaction.send(RELEASE, columnsOf(lines));
}

/** Sells these lines, from their reservation or from what is free. */
export function sellStock(
  transaction: Transaction,
  lines: readonly StockLine[],
  { reserved }: { readonly reserved: boolean },
): void {
  transaction.send(SELL, [reserved, ...columnsOf(lines)]);
}

/** Puts the sold units of these lines back on the shelf. */
export function returnStock(transaction: Transaction, lines: readonly StockLine[]): void {
  transaction.send(RETURN, columnsOf(lines));
}

function columnsOf(lines: readonly StockLine[]): string[] {
  return [
    plainArray(lines, newId),
    plainArray(lines, (line) => line.orderId),
    plainArray(lines, (line) => line.itemId),
    plainArray(lines, (line) => line.quantity),
  ];
}

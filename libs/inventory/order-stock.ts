import { loadStatement, newId, plainArray, type Transaction } from '#platform';

const RELEASE = loadStatement(import.meta.url, './release.sql');

/** What an order had reserved of an item. */
export interface ReleasedLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
}

/** Gives the stock of these lines back and writes their movements. The items are claimed in the same transaction. */
export function releaseStock(transaction: Transaction, lines: readonly ReleasedLine[]): void {
  transaction.send(RELEASE, [
    plainArray(lines, newId),
    plainArray(lines, (line) => line.orderId),
    plainArray(lines, (line) => line.itemId),
    plainArray(lines, (line) => line.quantity),
  ]);
}

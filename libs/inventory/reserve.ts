import {
  bigintColumn,
  integerColumn,
  loadStatement,
  newIdColumn,
  uuidColumn,
  type Transaction,
} from '#platform';
import type { ClaimedStock } from './claim.js';

const RESERVE = loadStatement(import.meta.url, './reserve.sql');
const MOVEMENTS = loadStatement(import.meta.url, './reserve-movements.sql');
const RESERVE_UNGUARDED = loadStatement(import.meta.url, './reserve-unguarded.sql');

export interface ReservationLine {
  readonly orderId: string;
  readonly itemId: string;
  readonly quantity: number;
  readonly fence: number | undefined;
}

/** Takes the stock of these lines and writes their movements. The items are claimed in the same transaction. */
export function reserveStock(transaction: Transaction, lines: readonly ReservationLine[]): void {
  transaction.send(RESERVE, columnsOf(lines));
}

/** Writes the movements of stock that `takeStock` has taken in the same transaction. */
export function recordReservations(transaction: Transaction, lines: readonly ReservationLine[]): void {
  transaction.send(MOVEMENTS, columnsOf(lines));
}

/** For the strategy `unguarded` alone: overwrites what others reserved since `stock` was read. */
export function reserveStockUnguarded(
  transaction: Transaction,
  lines: readonly ReservationLine[],
  stock: readonly ClaimedStock[],
): void {
  const taken = (itemId: string) =>
    lines.filter((line) => line.itemId === itemId).reduce((sum, line) => sum + line.quantity, 0);
  transaction.send(RESERVE_UNGUARDED, [
    ...columnsOf(lines),
    stock.map((level) => level.itemId),
    stock.map((level) => level.reserved + taken(level.itemId)),
  ]);
}

function columnsOf(lines: readonly ReservationLine[]): unknown[] {
  return [
    newIdColumn(lines.length),
    uuidColumn(lines, (line) => line.orderId),
    uuidColumn(lines, (line) => line.itemId),
    integerColumn(lines, (line) => line.quantity),
    bigintColumn(lines, (line) => line.fence ?? null),
  ];
}

/** Writes to the stock rows without changing any stock, so that the transaction's COMMIT reaches disk and replicas. */
export function touchStock(transaction: Transaction, itemIds: readonly string[]): void {
  const touch = 'UPDATE stock_level SET version = version + 1 WHERE item_id = ANY ($1::uuid[])';
  transaction.send(touch, [itemIds]);
}

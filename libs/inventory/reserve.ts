import { loadStatement, newId, plainArray, type SqlExecutor } from '#platform';
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
export async function reserveStock(
  transaction: SqlExecutor,
  lines: readonly ReservationLine[],
): Promise<void> {
  await transaction.query(RESERVE, columnsOf(lines));
}

/** Writes the movements of stock that `takeStock` has taken in the same transaction. */
export async function recordReservations(
  transaction: SqlExecutor,
  lines: readonly ReservationLine[],
): Promise<void> {
  await transaction.query(MOVEMENTS, columnsOf(lines));
}

/** For the strategy `unguarded` alone: overwrites what others reserved since `stock` was read. */
export async function reserveStockUnguarded(
  transaction: SqlExecutor,
  lines: readonly ReservationLine[],
  stock: readonly ClaimedStock[],
): Promise<void> {
  const taken = (itemId: string) =>
    lines.filter((line) => line.itemId === itemId).reduce((sum, line) => sum + line.quantity, 0);
  await transaction.query(RESERVE_UNGUARDED, [
    ...columnsOf(lines),
    stock.map((level) => level.itemId),
    stock.map((level) => level.reserved + taken(level.itemId)),
  ]);
}

function columnsOf(lines: readonly ReservationLine[]): unknown[] {
  return [
    plainArray(lines, newId),
    plainArray(lines, (line) => line.orderId),
    plainArray(lines, (line) => line.itemId),
    plainArray(lines, (line) => line.quantity),
    plainArray(lines, (line) => line.fence ?? null),
  ];
}

/** Writes to the stock rows without changing any stock, so that the transaction's COMMIT reaches disk and replicas. */
export async function touchStock(transaction: SqlExecutor, itemIds: readonly string[]): Promise<void> {
  await transaction.query('UPDATE stock_level SET version = version + 1 WHERE item_id = ANY ($1::uuid[])', [
    itemIds,
  ]);
}

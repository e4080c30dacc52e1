import { bigintColumn, integerColumn, loadStatement, uuidColumn, type SqlExecutor } from '#platform';

const TAKE = loadStatement(import.meta.url, './take.sql');

export interface Taking {
  readonly itemId: string;
  readonly quantity: number;
  /** Of the item's stock as it was read; undefined where only the quantity counts. */
  readonly version: number | undefined;
}

/** Others have changed the stock since it was read: decide again. It does not say that there is too little. */
export class StockTakenError extends Error {
  override readonly name = 'StockTakenError';

  constructor(itemIds: readonly string[]) {
    super(`The stock of ${itemIds.join(', ')} is not what was read; the order must be decided again.`);
  }
}

/**
 * Takes stock without a claim, all of it or none. The movements follow behind the orders they belong to: see
 * `recordReservations`.
 * @throws StockTakenError
 */
export async function takeStock(transaction: SqlExecutor, takings: readonly Taking[]): Promise<void> {
  const rows = await transaction.query<{ item_id: string }>(TAKE, [
    uuidColumn(takings, (taking) => taking.itemId),
    integerColumn(takings, (taking) => taking.quantity),
    bigintColumn(takings, (taking) => taking.version ?? null),
  ]);
  const taken = new Set(rows.map((row) => row.item_id));
  const missed = takings.map((taking) => taking.itemId).filter((itemId) => !taken.has(itemId));
  if (missed.length > 0) throw new StockTakenError(missed);
}

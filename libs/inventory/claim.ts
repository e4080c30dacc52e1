import { bigintColumn, loadStatement, uuidColumn, type SqlExecutor } from '#platform';

const CLAIM = loadStatement(import.meta.url, './claim.sql');

export interface Claim {
  readonly itemId: string;
  /** The number of the lock's grant; undefined where the item was locked without one, or not at all. */
  readonly fence: number | undefined;
}

/** The stock of a claimed item: nobody else changes it before this transaction ends. */
export interface ClaimedStock {
  readonly itemId: string;
  readonly onHand: number;
  readonly reserved: number;
}

/** A later grant has already written: this holder was paused for longer than its lease. */
export class StaleFenceError extends Error {
  override readonly name = 'StaleFenceError';
  /** For each stale item the fence that the next grant must reach: one above the last that wrote. */
  readonly floors: ReadonlyMap<string, number>;

  constructor(floors: ReadonlyMap<string, number>) {
    super(`The lock's fence is stale for ${[...floors.keys()].join(', ')}: acquire again with the floor.`);
    this.floors = floors;
  }
}

/**
 * The first statement of every transaction that changes stock.
 * @returns the stock of each item that exists
 * @throws StaleFenceError
 */
export async function claimStock(
  transaction: SqlExecutor,
  claims: readonly Claim[],
): Promise<ClaimedStock[]> {
  const rows = await transaction.query<ClaimRow>(CLAIM, [
    uuidColumn(claims, (claim) => claim.itemId),
    bigintColumn(claims, (claim) => claim.fence ?? null),
  ]);
  const stale = rows.filter((row) => row.later_fence !== null);
  if (stale.length > 0)
    throw new StaleFenceError(new Map(stale.map((row) => [row.item_id, Number(row.later_fence) + 1])));
  return rows.map((row) => ({ itemId: row.item_id, onHand: row.on_hand, reserved: row.reserved }));
}

interface ClaimRow {
  item_id: string;
  on_hand: number;
  reserved: number;
  later_fence: string | null;
}

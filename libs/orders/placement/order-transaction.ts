import { claimStock, reserveStock, touchStock } from '#inventory';
import { Database, type SqlExecutor } from '#platform';
import type { Deadline } from './deadline.js';
import { decide } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { recordOrders, type AcceptedOrder } from './record.js';
import { itemIdsOf, readSnapshot } from './snapshot.js';

export interface TransactionOptions {
  /** Past it the transaction takes nothing. */
  readonly deadline?: Deadline | undefined;
  /** The grant under which each item is locked; none when the lock store is away, or not used. */
  readonly fences?: ReadonlyMap<string, number>;
  /**
   * After a COMMIT whose answer was lost: the transaction writes in any case, so that its own COMMIT orders and
   * replicates the one before it, whatever became of that.
   */
  readonly mustWrite?: boolean;
}

/**
 * The transaction in which a batch is decided. Every promise rests on it, whether or not a lock stands before it:
 * claim (row lock, fence), read in a second statement, decide, record (unique keys, limits), reserve (CHECK), COMMIT.
 * @throws StaleFenceError, PurchaseLimitRaceError, DeadlineError and what Database.transaction throws
 */
export function placeInTransaction(
  database: Pick<Database, 'transaction'>,
  requests: readonly PlacementRequest[],
  { deadline, fences, mustWrite = false }: TransactionOptions = {},
): Promise<Outcome[]> {
  return database.transaction(async (transaction) => {
    const itemIds = itemIdsOf(requests);
    deadline?.check();
    await claimStock(
      transaction,
      itemIds.map((itemId) => ({ itemId, fence: fences?.get(itemId) })),
    );
    const outcomes = decide(await readSnapshot(transaction, requests), requests);
    const accepted = acceptedOf(requests, outcomes);
    deadline?.check();
    if (accepted.length > 0) await write(transaction, accepted, fences);
    else if (mustWrite) await touchStock(transaction, itemIds);
    deadline?.check();
    return outcomes;
  });
}

async function write(
  transaction: SqlExecutor,
  accepted: readonly AcceptedOrder[],
  fences: ReadonlyMap<string, number> | undefined,
): Promise<void> {
  await recordOrders(transaction, accepted);
  await reserveStock(transaction, linesOf(accepted, fences));
}

export function acceptedOf(
  requests: readonly PlacementRequest[],
  outcomes: readonly Outcome[],
): AcceptedOrder[] {
  return requests.flatMap((request, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'accepted' ? [{ request, order: outcome.order }] : [];
  });
}

export function linesOf(accepted: readonly AcceptedOrder[], fences?: ReadonlyMap<string, number>) {
  return accepted.flatMap(({ order }) =>
    order.lines.map(({ itemId, quantity }) => ({
      orderId: order.id,
      itemId,
      quantity,
      fence: fences?.get(itemId),
    })),
  );
}

import { claimStock, recordReservations, reserveStock, takeStock, touchStock } from '#inventory';
import { currentSpan, Database, type Transaction } from '#platform';
import type { Deadline } from './deadline.js';
import { decide } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { isArchivedKeyRace, recordOrders, type AcceptedOrder } from './record.js';
import { LaneLeftError } from './reservation-strategy.js';
import { itemIdsOf, readSnapshot, type Snapshot } from './snapshot.js';

/**
 * What keeps two transactions from the same units: the row lock, from the first statement on (`claim`), or nothing until
 * the stock is taken, by an update that asks whether there is still enough (`condition`) or whether nobody has changed
 * it (`version`).
 */
export type StockGuard = 'claim' | 'condition' | 'version';

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
  /** Aborts when the order need not wait any longer. It is looked at when the transaction has its connection. */
  readonly leave?: AbortSignal;
  /** Default: `claim`. */
  readonly guard?: StockGuard;
}

/**
 * The transaction in which a batch is decided. Every promise rests on it, whether or not a lock stands before it:
 * claim (row lock, fence), read in a second statement, decide, record (unique keys, limits), reserve (CHECK), COMMIT.
 * It takes two round trips: up to the decision, and from there.
 *
 * A new order does not look for its key among archived ones until it is written: there they are found in any case. Only
 * where one is, or where somebody would be refused, are they read, and the batch is decided on them.
 * @throws StaleFenceError, StockTakenError, LaneLeftError, DeadlineError and what Database.transaction throws
 */
export async function placeInTransaction(
  database: Pick<Database, 'transaction'>,
  requests: readonly PlacementRequest[],
  options: TransactionOptions = {},
): Promise<Outcome[]> {
  try {
    return await place(database, requests, { ...options, archivedKeys: false });
  } catch (error) {
    if (!isArchivedKeyRace(error)) throw error;
    return place(database, requests, { ...options, archivedKeys: true });
  }
}

function place(
  database: Pick<Database, 'transaction'>,
  requests: readonly PlacementRequest[],
  options: TransactionOptions & { readonly archivedKeys: boolean },
): Promise<Outcome[]> {
  const { deadline, fences, mustWrite = false, leave, guard = 'claim', archivedKeys } = options;
  return database.transaction(async (transaction) => {
    const itemIds = itemIdsOf(requests);
    if (leave?.aborted) throw new LaneLeftError('The order was told to leave before its transaction began.');
    deadline?.check();
    // Behind an unanswered COMMIT it is always claimed: only the row lock waits for one that is still in flight.
    const isClaimed = guard === 'claim' || mustWrite;
    const claims = itemIds.map((itemId) => ({ itemId, fence: fences?.get(itemId) }));
    const claim = isClaimed ? claimStock(transaction, claims) : undefined;
    // On the same trip: it begins, and takes its snapshot, when the claim has got its rows.
    let snapshot = await readSnapshot(transaction, requests, { archivedKeys, claim });
    let outcomes = decide(snapshot, requests);
    if (!archivedKeys && outcomes.some(({ kind }) => kind === 'refused')) {
      snapshot = await readSnapshot(transaction, requests, { archivedKeys: true, claim });
      outcomes = decide(snapshot, requests);
    }
    const accepted = acceptedOf(requests, outcomes);
    currentSpan()?.addEvent('decided', { 'holdfast.accepted': accepted.length });
    deadline?.check(); // the last word: what follows travels with COMMIT
    if (accepted.length > 0 && isClaimed) write(transaction, accepted, snapshot, fences);
    else if (accepted.length > 0) await writeUnclaimed(transaction, accepted, snapshot, guard);
    else if (mustWrite) touchStock(transaction, itemIds);
    return outcomes;
  });
}

/** A batch of one. @throws what placeInTransaction throws */
export async function placeAlone(
  database: Pick<Database, 'transaction'>,
  request: PlacementRequest,
  options: TransactionOptions,
): Promise<Outcome> {
  const [outcome] = await placeInTransaction(database, [request], options);
  if (!outcome) throw new Error('A batch of one has one outcome.');
  return outcome;
}

function write(
  transaction: Transaction,
  accepted: readonly AcceptedOrder[],
  { sales }: Snapshot,
  fences: ReadonlyMap<string, number> | undefined,
): void {
  recordOrders(transaction, accepted, sales);
  reserveStock(transaction, linesOf(accepted, fences));
}

/** The stock comes first, as everywhere: a purchase is never locked by one who waits for a stock row. */
async function writeUnclaimed(
  transaction: Transaction,
  accepted: readonly AcceptedOrder[],
  { sales, stock }: Snapshot,
  guard: StockGuard,
): Promise<void> {
  const lines = linesOf(accepted);
  const versionOf = (itemId: string) => (guard === 'version' ? stock.get(itemId)?.version : undefined);
  await takeStock(
    transaction,
    lines.map(({ itemId, quantity }) => ({ itemId, quantity, version: versionOf(itemId) })),
  );
  recordOrders(transaction, accepted, sales);
  recordReservations(transaction, lines);
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

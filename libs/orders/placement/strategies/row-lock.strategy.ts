import { Database } from '#platform';
import { placeAlone } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import type { Attempt, ReservationStrategy } from '../reservation-strategy.js';

/**
 * `SELECT … FOR UPDATE`, as every textbook on SQL has it: the database itself is the queue.
 *
 * Worth: nothing to run but PostgreSQL, nobody is refused on an outdated read, and no unit is left behind. It is the
 * transaction under every other strategy, and what they fall back on without Redis.
 * Bad at: one hot item. Each order has its own transaction, one at a time, and whoever waits for the row keeps a
 * connection, so that the pool is full of waiters and orders of other items stand behind them.
 */
export class RowLockStrategy implements ReservationStrategy {
  readonly name = 'row-lock';
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  attempt(request: PlacementRequest, { deadline, mustWrite, waiter }: Attempt): Promise<Outcome> {
    return placeAlone(this.database, request, { deadline, mustWrite, leave: waiter.signal });
  }
}

import { Database } from '#platform';
import { placeAlone } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import type { Attempt, ReservationStrategy } from '../reservation-strategy.js';

/**
 * The version column of Kung and Robinson (1981), which ORMs call optimistic locking: read a version, write
 * `WHERE version = …`, and start again when somebody was faster.
 *
 * Worth: one rule guards everything that was decided on the row, not the quantity alone, and where orders seldom meet it
 * costs nothing.
 * Bad at: a flash sale, where they always meet. Of the orders that read the same version one gets through and the
 * others have worked in vain: most attempts are thrown away, nobody's turn ever comes for certain, and with long enough
 * a crowd orders reach their deadline (`outcome_unknown`) while there is stock.
 */
export class OptimisticStrategy implements ReservationStrategy {
  readonly name = 'optimistic';
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  attempt(request: PlacementRequest, { deadline, mustWrite, waiter }: Attempt): Promise<Outcome> {
    const leave = waiter.signal;
    return placeAlone(this.database, request, { deadline, mustWrite, leave, guard: 'version' });
  }
}

import { Database } from '#platform';
import { placeAlone } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import type { Attempt, ReservationStrategy } from '../reservation-strategy.js';

/**
 * `UPDATE … WHERE available >= n`, what most shops do: no lock beforehand, and the affected rows say whether it worked.
 *
 * Worth: the row is locked for less of the transaction than by `row-lock`, since the order is read and decided before,
 * and an order that is refused locks nothing. A missing row is no "sold out": it is decided again on a fresh read, which
 * alone may say so.
 * Bad at: one hot item still, because the row stays locked from the update to COMMIT; and whatever else an order must
 * satisfy (limit, allotment, key) needs a guarded write of its own.
 */
export class ConditionalStrategy implements ReservationStrategy {
  readonly name = 'conditional';
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  attempt(request: PlacementRequest, { deadline, mustWrite, waiter }: Attempt): Promise<Outcome> {
    const leave = waiter.signal;
    return placeAlone(this.database, request, { deadline, mustWrite, leave, guard: 'condition' });
  }
}

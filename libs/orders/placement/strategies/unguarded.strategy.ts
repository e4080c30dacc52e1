import { reserveStockUnguarded } from '#inventory';
import { Database } from '#platform';
import { decide } from '../decide.js';
import { acceptedOf, linesOf } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import { recordOrders } from '../record.js';
import type { ReservationStrategy } from '../reservation-strategy.js';
import { readSnapshot } from '../snapshot.js';

/**
 * The control: reads, then writes what it computed, with neither lock nor claim. It oversells, so that the harness can
 * be seen catching it. The configuration refuses it in production.
 */
export class UnguardedStrategy implements ReservationStrategy {
  readonly name = 'unguarded';
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  attempt(request: PlacementRequest): Promise<Outcome> {
    return this.database.transaction(async (transaction) => {
      const snapshot = await readSnapshot(transaction, [request], { archivedKeys: true });
      const outcomes = decide(snapshot, [request]);
      const accepted = acceptedOf([request], outcomes);
      if (accepted.length > 0) {
        recordOrders(transaction, accepted, snapshot.sales);
        reserveStockUnguarded(transaction, linesOf(accepted), [...snapshot.stock.values()]);
      }
      const [outcome] = outcomes;
      if (!outcome) throw new Error('A batch of one has one outcome.');
      return outcome;
    });
  }
}

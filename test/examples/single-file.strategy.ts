import {
  LaneLeftError,
  LaneTimeoutError,
  placeInTransaction,
  type Attempt,
  type Outcome,
  type PlacementRequest,
  type ReservationStrategy,
} from '#orders';
import type { Database, StrategyName } from '#platform';

/** One order at a time in each process: who waits does so in memory, and keeps no connection. */
export class SingleFileStrategy implements ReservationStrategy {
  readonly name: StrategyName = 'row-lock'; // 'single-file', once that is one
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: Database) {}

  attempt(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    const turn = this.last.then(() => this.place(request, attempt));
    this.last = turn.catch(() => undefined); // what became of one is nothing to the next
    return turn;
  }

  private async place(request: PlacementRequest, { deadline, mustWrite, waiter }: Attempt): Promise<Outcome> {
    if (waiter.isLeaving) throw new LaneLeftError('The order was told to leave before its turn.');
    if (deadline.passed) throw new LaneTimeoutError('The order waited for its turn until its deadline.');
    const [outcome] = await placeInTransaction(this.database, [request], { deadline, mustWrite });
    if (!outcome) throw new Error('A batch of one has one outcome.');
    return outcome;
  }
}

import type { StrategyName } from '#platform';
import type { Deadline } from './deadline.js';
import type { Outcome, PlacementRequest } from './placement.js';
import type { Waiter } from './waiter.js';

export interface Attempt {
  readonly deadline: Deadline;
  /** The fence that the next grant must reach, by item: what a stale claim has learnt. */
  readonly floors: ReadonlyMap<string, number>;
  /** See TransactionOptions.mustWrite. */
  readonly mustWrite: boolean;
  /** Says when the order need not wait any longer; it has no effect once a transaction began. */
  readonly waiter: Waiter;
}

/**
 * How stock is taken. One attempt either gives an outcome that holds, or throws; `OrderPlacement` decides what is
 * tried again.
 */
export interface ReservationStrategy {
  readonly name: StrategyName;
  /**
   * @throws LaneTimeoutError when the deadline passed before a transaction began, LaneLeftError when it was told to leave
   * @throws what placeInTransaction throws
   */
  attempt(request: PlacementRequest, attempt: Attempt): Promise<Outcome>;
}

/** The injection token of the strategy that RESERVATION_STRATEGY chose. */
export const RESERVATION_STRATEGY = Symbol('ReservationStrategy');

/** The order waited until its deadline and never entered a transaction. */
export class LaneTimeoutError extends Error {
  override readonly name = 'LaneTimeoutError';
}

/** The order stopped waiting before it entered a transaction, because it was told to. */
export class LaneLeftError extends Error {
  override readonly name = 'LaneLeftError';
}

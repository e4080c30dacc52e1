import { setTimeout as sleep } from 'node:timers/promises';
import { StaleFenceError } from '#inventory';
import {
  CommitOutcomeUnknownError,
  DatabaseBusyError,
  DatabaseUnavailableError,
  Metrics,
  outsideTraces,
  ProblemError,
} from '#platform';
import { Deadline, DeadlineError } from './deadline.js';
import { isDecidedAgain } from './decided-again.js';
import type { Gate } from './gate.js';
import { identityOf, type Outcome, type PlacementRequest } from './placement.js';
import {
  LaneLeftError,
  LaneTimeoutError,
  type Attempt,
  type ReservationStrategy,
} from './reservation-strategy.js';
import { Waiter } from './waiter.js';

/** Between two attempts, in milliseconds; the wait is drawn from 0 to it. */
const MAX_BACKOFF_MS = 100;

export interface PlacementLimits {
  /** How long an order may wait. */
  readonly deadlineMs: number;
  /** How many orders may be under way. */
  readonly capacity: number;
  /** How long those who wait are still served when the process stops. */
  readonly drainMs: number;
}

/** An order between its request and its answer: what each attempt is made with, and what the attempts so far have taught. */
class OrderUnderWay implements Attempt {
  floors: ReadonlyMap<string, number> = NO_FLOORS;
  /** Whether a COMMIT went unanswered: from then on only an outcome read behind it counts. */
  mustWrite = false;
  /** Whether a transaction may have begun. */
  entered = false;

  constructor(
    readonly request: PlacementRequest,
    readonly deadline: Deadline,
    readonly waiter: Waiter,
    readonly settle: (outcome: Outcome) => void,
    readonly fail: (problem: unknown) => void,
  ) {}
}

const NO_FLOORS: ReadonlyMap<string, number> = new Map();

/**
 * Takes an order from the request to its outcome: bounded in number and time, tried again where that is safe, and
 * answered with exactly what is known.
 */
export class OrderPlacement {
  private readonly gate: Gate;
  private readonly strategy: ReservationStrategy;
  private readonly metrics: Metrics;
  private readonly limits: PlacementLimits;
  /** The first has waited for the longest. */
  private readonly underWay = new Set<OrderUnderWay>();
  private givingUp: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(strategy: ReservationStrategy, gate: Gate, metrics: Metrics, limits: PlacementLimits) {
    this.gate = gate;
    this.strategy = strategy;
    this.metrics = metrics;
    this.limits = limits;
    metrics.ordersCapacity.set(limits.capacity);
    metrics.orderDeadline.set(limits.deadlineMs / 1000);
  }

  /**
   * A thousand may wait here: what is kept for each of them is copied whenever garbage is collected. So it is one promise, one
   * suspended call and no timer of its own.
   * @throws ProblemError overloaded, dependency_unavailable, outcome_unknown
   */
  place(request: PlacementRequest): Promise<Outcome> {
    return new Promise((settle, fail) => {
      if (this.underWay.size >= this.limits.capacity) {
        throw new ProblemError('overloaded', 'Too many orders are waiting; this one was not taken in.');
      }
      const waiter = new Waiter((leave) => this.gate.onClosed(request, leave));
      const order = new OrderUnderWay(request, Deadline.after(this.limits.deadlineMs), waiter, settle, fail);
      this.underWay.add(order);
      this.metrics.ordersWaiting.set(this.underWay.size);
      this.givingUp ??= this.giveUpIn(order.deadline.overdueInMs);
      void this.decide(order);
    });
  }

  /** Nest calls it when the process begins to stop: whoever still waits after `drainMs` is sent to another replica. */
  onModuleDestroy(): void {
    setTimeout(() => {
      this.stopping = true;
      for (const { waiter } of this.underWay) waiter.leave();
    }, this.limits.drainMs).unref();
  }

  /** Until it is answered. Never rejects. */
  private async decide(order: OrderUnderWay): Promise<void> {
    const { request } = order;
    try {
      let outcome = await this.gate.refusal(request, order.deadline);
      if (!outcome) identityOf(request); // so that no transaction waits until it is worked out
      while (!outcome) {
        try {
          outcome = await this.strategy.attempt(request, order);
        } catch (error) {
          outcome = await this.afterFailure(order, error);
        }
      }
      this.answer(order, outcome);
    } catch (error) {
      this.fail(order, error);
    }
  }

  /** @returns undefined when the same order may be tried again now @throws what it is answered with otherwise */
  private async afterFailure(order: OrderUnderWay, error: unknown): Promise<Outcome | undefined> {
    const { request, deadline, waiter } = order;
    if (!this.stopping) waiter.stay(); // an order that left once and could buy after all must not be sent round and round
    if (error instanceof LaneLeftError && !this.stopping) return this.gate.refusal(request, deadline);
    const again = mayTryAgain(error, order);
    if (again) await sleep(Math.min(deadline.remainingMs, Math.random() * MAX_BACKOFF_MS));
    if (!again || deadline.passed) throw unknownOutcome(error, order, again) ?? error;
    return undefined;
  }

  private answer(order: OrderUnderWay, outcome: Outcome): void {
    if (!this.end(order)) return;
    this.gate.learn(order.request, outcome);
    this.count(outcome.kind === 'refused' ? outcome.code : outcome.kind);
    order.settle(outcome);
  }

  private fail(order: OrderUnderWay, error: unknown): void {
    if (!this.end(order)) return;
    const problem = problemOf(error);
    if (problem) this.count(problem.code);
    order.fail(problem ?? error);
  }

  /** @returns false when it has been answered already */
  private end(order: OrderUnderWay): boolean {
    if (!this.underWay.delete(order)) return false;
    order.waiter.end();
    this.metrics.ordersWaiting.set(this.underWay.size);
    return true;
  }

  private giveUpIn(ms: number): NodeJS.Timeout {
    return outsideTraces(() => setTimeout(() => this.giveUpOverdue(), ms).unref());
  }

  /** The work goes on, whatever it hangs on; nobody waits for it any longer. */
  private giveUpOverdue(): void {
    this.givingUp = undefined;
    for (const order of this.underWay) {
      const { overdueInMs } = order.deadline;
      if (overdueInMs > 0) {
        this.givingUp = this.giveUpIn(overdueInMs);
        return;
      }
      this.fail(order, new DeadlineError('The deadline passed.'));
    }
  }

  private count(outcome: string): void {
    this.metrics.orders.inc({ strategy: this.strategy.name, outcome });
  }
}

/** Learns from a failed attempt. @returns whether the same request may be tried again */
function mayTryAgain(error: unknown, order: OrderUnderWay): boolean {
  if (isOutOfTime(error)) return false;
  if (error instanceof StaleFenceError) {
    order.floors = new Map([...order.floors, ...error.floors]);
    order.entered = true;
    return true;
  }
  if (error instanceof CommitOutcomeUnknownError) {
    order.entered = true;
    order.mustWrite = true;
    return true;
  }
  if (error instanceof DatabaseUnavailableError) {
    order.entered ||= error.entered;
    // Lost before COMMIT: nothing was written. No connection at all: only an unanswered COMMIT is worth waiting for.
    return error.entered || order.mustWrite;
  }
  const decideAgain = isDecidedAgain(error);
  order.entered ||= decideAgain;
  return decideAgain;
}

/** `overloaded` is said only of an order that never entered a transaction, an error only when nothing was written. */
function unknownOutcome(error: unknown, order: OrderUnderWay, again: boolean): ProblemError | undefined {
  const unknown = order.mustWrite || (order.entered && (again || isOutOfTime(error)));
  return unknown ? outcomeUnknown(error) : undefined;
}

/** Whether the order waited as long as it may, and entered no transaction in this attempt. */
function isOutOfTime(error: unknown): boolean {
  return [LaneTimeoutError, LaneLeftError, DatabaseBusyError].some((type) => error instanceof type);
}

function outcomeUnknown(cause: unknown): ProblemError {
  const detail = 'Retry with the same Idempotency-Key: it finds the order, if there is one.';
  return new ProblemError('outcome_unknown', detail, { cause });
}

/** @returns undefined for a fault of ours */
function problemOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof DeadlineError) return outcomeUnknown(error);
  if (isOutOfTime(error)) {
    return new ProblemError('overloaded', 'The order waited too long and was not taken in.', {
      cause: error,
    });
  }
  if (error instanceof DatabaseUnavailableError) {
    return new ProblemError('dependency_unavailable', 'The database is not available; nothing was ordered.', {
      cause: error,
    });
  }
  return undefined;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StaleFenceError } from '#inventory';
import {
  CommitOutcomeUnknownError,
  DatabaseBusyError,
  DatabaseUnavailableError,
  Metrics,
  ProblemError,
} from '#platform';
import { Deadline, DeadlineError } from './deadline.js';
import { isDecidedAgain } from './decided-again.js';
import type { Gate } from './gate.js';
import { identityOf, type Outcome, type PlacementRequest } from './placement.js';
import { LaneLeftError, LaneTimeoutError, type ReservationStrategy } from './reservation-strategy.js';
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

/** What the attempts so far have taught. */
interface Progress {
  floors: Map<string, number>;
  /** Whether a transaction may have begun. */
  entered: boolean;
  /** Whether a COMMIT went unanswered: from then on only an outcome read behind it counts. */
  ambiguous: boolean;
}

/**
 * Takes an order from the request to its outcome: bounded in number and time, tried again where that is safe, and
 * answered with exactly what is known.
 */
export class OrderPlacement {
  private readonly gate: Gate;
  private readonly strategy: ReservationStrategy;
  private readonly metrics: Metrics;
  private readonly limits: PlacementLimits;
  private readonly underWay = new Set<Waiter>();
  private stopping = false;

  constructor(strategy: ReservationStrategy, gate: Gate, metrics: Metrics, limits: PlacementLimits) {
    this.gate = gate;
    this.strategy = strategy;
    this.metrics = metrics;
    this.limits = limits;
    metrics.ordersCapacity.set(limits.capacity);
    metrics.orderDeadline.set(limits.deadlineMs / 1000);
  }

  /** @throws ProblemError overloaded, dependency_unavailable, outcome_unknown */
  async place(request: PlacementRequest): Promise<Outcome> {
    if (this.underWay.size >= this.limits.capacity) {
      throw new ProblemError('overloaded', 'Too many orders are waiting; this one was not taken in.');
    }
    const waiter = new Waiter((leave) => this.gate.onClosed(request, leave));
    this.underWay.add(waiter);
    this.metrics.ordersWaiting.set(this.underWay.size);
    try {
      const deadline = Deadline.after(this.limits.deadlineMs);
      const outcome = await deadline.bound(this.decide(request, deadline, waiter));
      this.gate.learn(request, outcome);
      this.count(outcome.kind === 'refused' ? outcome.code : outcome.kind);
      return outcome;
    } catch (error) {
      const problem = unanswered(error);
      this.count(problem.code);
      throw problem;
    } finally {
      waiter.end();
      this.underWay.delete(waiter);
      this.metrics.ordersWaiting.set(this.underWay.size);
    }
  }

  /** Nest calls it when the process begins to stop: whoever still waits after `drainMs` is sent to another replica. */
  onModuleDestroy(): void {
    setTimeout(() => {
      this.stopping = true;
      for (const waiter of this.underWay) waiter.leave();
    }, this.limits.drainMs).unref();
  }

  private async decide(request: PlacementRequest, deadline: Deadline, waiter: Waiter): Promise<Outcome> {
    const refusal = await this.gate.refusal(request, deadline);
    if (refusal) return refusal;
    identityOf(request); // so that no transaction waits until it is worked out
    return this.attemptUntil(deadline, request, waiter);
  }

  private async attemptUntil(
    deadline: Deadline,
    request: PlacementRequest,
    waiter: Waiter,
  ): Promise<Outcome> {
    const progress: Progress = { floors: new Map(), entered: false, ambiguous: false };
    for (;;) {
      try {
        const { floors, ambiguous: mustWrite } = progress;
        return await this.strategy.attempt(request, { deadline, waiter, floors, mustWrite });
      } catch (error) {
        if (!this.stopping) waiter.stay(); // an order that left once and could buy after all must not be sent round and round
        if (error instanceof LaneLeftError && !this.stopping) {
          const refusal = await this.gate.refusal(request, deadline);
          if (refusal) return refusal;
          continue;
        }
        const again = mayTryAgain(error, progress);
        if (again) await sleep(Math.min(deadline.remainingMs, Math.random() * MAX_BACKOFF_MS));
        if (!again || deadline.passed) throw unknownOutcome(error, progress, again) ?? error;
      }
    }
  }

  private count(outcome: string): void {
    this.metrics.orders.inc({ strategy: this.strategy.name, outcome });
  }
}

/** Learns from a failed attempt. @returns whether the same request may be tried again */
function mayTryAgain(error: unknown, progress: Progress): boolean {
  if (isOutOfTime(error)) return false;
  if (error instanceof StaleFenceError) {
    for (const [itemId, fence] of error.floors) progress.floors.set(itemId, fence);
    progress.entered = true;
    return true;
  }
  if (error instanceof CommitOutcomeUnknownError) {
    progress.entered = true;
    progress.ambiguous = true;
    return true;
  }
  if (error instanceof DatabaseUnavailableError) {
    progress.entered ||= error.entered;
    // Lost before COMMIT: nothing was written. No connection at all: only an unanswered COMMIT is worth waiting for.
    return error.entered || progress.ambiguous;
  }
  const decideAgain = isDecidedAgain(error);
  progress.entered ||= decideAgain;
  return decideAgain;
}

/** `overloaded` is said only of an order that never entered a transaction, an error only when nothing was written. */
function unknownOutcome(error: unknown, progress: Progress, again: boolean): ProblemError | undefined {
  const unknown = progress.ambiguous || (progress.entered && (again || isOutOfTime(error)));
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

function unanswered(error: unknown): ProblemError {
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
  throw error;
}

import { Logger } from '@nestjs/common';
import {
  LockAbortedError,
  LockContendedError,
  LockManager,
  LockUnavailableError,
  LockWaitTimeoutError,
  type Lock,
} from '#lock';
import { Database, inSpan, Metrics, type StrategyName } from '#platform';
import { lockName, tellFences } from '../item-locks.js';
import { placeAlone } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import {
  LaneLeftError,
  LaneTimeoutError,
  type Attempt,
  type ReservationStrategy,
} from '../reservation-strategy.js';

/** The classic design: one lock and one transaction for each order. */
export class PerOrderStrategy implements ReservationStrategy {
  readonly name: StrategyName = 'per-order';
  private readonly logger = new Logger(PerOrderStrategy.name);
  private readonly locks: LockManager;
  private readonly database: Database;
  private readonly metrics: Metrics;
  private readonly leaseMs: number;
  private readonly lockOf: (itemId: string) => string;

  /** @param lockOf names the lock of an item; only its own one has a fence that the claim knows */
  constructor(
    locks: LockManager,
    database: Database,
    metrics: Metrics,
    { leaseMs, lockOf = lockName }: { leaseMs: number; lockOf?: (itemId: string) => string },
  ) {
    this.locks = locks;
    this.database = database;
    this.metrics = metrics;
    this.leaseMs = leaseMs;
    this.lockOf = lockOf;
  }

  async attempt(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    const lock = await this.acquire(request, attempt);
    try {
      const fences = lock && fencesByItem(request, lock);
      return await placeAlone(this.database, request, {
        deadline: attempt.deadline,
        mustWrite: attempt.mustWrite,
        leave: attempt.waiter.signal,
        ...(fences ? { fences } : {}),
      });
    } finally {
      if (lock) await this.release(lock);
    }
  }

  /** @returns undefined when the lock store is away: the row lock is there anyway. */
  private async acquire(
    request: PlacementRequest,
    { deadline, floors, waiter }: Attempt,
  ): Promise<Lock | undefined> {
    const resources = request.lines.map((line) => this.lockOf(line.itemId));
    const floor = new Map([...floors].map(([itemId, fence]) => [this.lockOf(itemId), fence]));
    const [leaseMs, waitMs] = [this.leaseMs, Math.ceil(deadline.remainingMs)];
    try {
      return await inSpan(
        'acquire locks',
        { attributes: { 'holdfast.items': resources.length } },
        async () => {
          const lock = await this.locks.acquire(resources, { leaseMs, waitMs, floor, signal: waiter.signal });
          tellFences(lock.fences.values());
          return lock;
        },
      );
    } catch (error) {
      if (error instanceof LockWaitTimeoutError || error instanceof LockContendedError) {
        throw new LaneTimeoutError(error.message, { cause: error }); // no more time, or too many in front
      }
      if (error instanceof LockAbortedError) throw new LaneLeftError(error.message, { cause: error });
      if (!(error instanceof LockUnavailableError)) throw error;
      this.metrics.ordersWithoutLock.inc();
      return undefined;
    }
  }

  /** The transaction has ended: a release that fails costs the next buyer a lease, and never this one the order. */
  private async release(lock: Lock): Promise<void> {
    try {
      await lock.release();
    } catch (error) {
      this.logger.warn(
        { err: error, resources: lock.resources },
        'a lock was not released; its lease will end',
      );
    }
  }
}

function fencesByItem(request: PlacementRequest, lock: Lock): Map<string, number> {
  return new Map(
    request.lines.flatMap(({ itemId }) => {
      const fence = lock.fences.get(lockName(itemId));
      return fence === undefined ? [] : [[itemId, fence] as const];
    }),
  );
}

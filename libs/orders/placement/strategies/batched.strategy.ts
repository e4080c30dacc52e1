import type { Context } from '@opentelemetry/api';
import { StaleFenceError } from '#inventory';
import { LockManager } from '#lock';
import {
  CommitOutcomeUnknownError,
  Database,
  DatabaseBusyError,
  DatabaseUnavailableError,
  Metrics,
} from '#platform';
import { DeadlineError } from '../deadline.js';
import { isDecidedAgain } from '../decided-again.js';
import { ItemLocks, MAX_ASKED, tellFences } from '../item-locks.js';
import { earliestOf, Lane, type Waiting } from '../lane.js';
import { placeInTransaction } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import type { Attempt, ReservationStrategy } from '../reservation-strategy.js';
import { itemIdsOf } from '../snapshot.js';
import { inBatch } from '../traced-wait.js';

export interface BatchedOptions {
  readonly batchSize: number;
  /** How long an order may wait. */
  readonly deadlineMs: number;
  readonly leaseMs: number;
}

/** An order with less time left is not begun. A transaction takes 1 s at most where a statement hangs, and 50 ms else. */
const MARGIN_MS = 500;

/** The default: the orders that wait are placed together, in one transaction, under the locks of all their items. */
export class BatchedStrategy implements ReservationStrategy {
  readonly name = 'batched';
  private readonly database: Database;
  private readonly metrics: Metrics;
  private readonly options: BatchedOptions;
  private readonly itemLocks: ItemLocks;
  private readonly lane: Lane;
  /** How many orders have what they need asked for: a batch, at most. */
  private frontSize = 0;

  constructor(locks: LockManager, database: Database, metrics: Metrics, options: BatchedOptions) {
    this.database = database;
    this.metrics = metrics;
    this.options = options;
    this.itemLocks = new ItemLocks(locks, {
      leaseMs: options.leaseMs,
      waitMs: options.deadlineMs,
      onChange: () => this.lane.wake(),
    });
    this.lane = new Lane(
      {
        prepare: (waiting, known) => this.prepare(waiting, known),
        choose: (waiting) => this.choose(waiting),
        place: (batch) => this.place(batch),
      },
      { marginMs: Math.min(MARGIN_MS, options.deadlineMs / 4), batchSize: options.batchSize },
    );
  }

  attempt(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    return this.lane.enter(request, attempt);
  }

  /** Asks for what the first of them need. Those who wait for another process keep what they have and hold nobody up. */
  private prepare(waiting: readonly Waiting[], known: number): void {
    if (known === 0) this.frontSize = 0;
    const front: Waiting[] = [];
    const itemIds = new Set<string>();
    for (const order of waiting.slice(known)) {
      const { lines } = order.request;
      if (lines.some(({ itemId }) => this.itemLocks.isAwaited(itemId))) {
        if (lines.length > 1) this.itemLocks.keep(lines);
        continue;
      }
      if (this.frontSize === this.options.batchSize || itemIds.size + lines.length > MAX_ASKED) break;
      front.push(order);
      this.frontSize += 1;
      for (const { itemId } of lines) itemIds.add(itemId);
    }
    this.itemLocks.want(itemIds, floorsOf(front), tracesOf(front));
  }

  /** The first whose items this process has; who waits for another process is left behind, and holds nobody up. */
  private choose(waiting: readonly Waiting[]): readonly Waiting[] {
    const batch: Waiting[] = [];
    for (const order of waiting) {
      if (batch.length === this.options.batchSize) break;
      if (this.isReady(order)) batch.push(order);
    }
    return batch;
  }

  /** A cart that never has all of its locks at once goes on under the row locks when half of its time is over. */
  private isReady({ request, attempt }: Waiting): boolean {
    if (request.lines.every(({ itemId }) => this.itemLocks.isReady(itemId))) return true;
    return attempt.deadline.remainingMs < this.options.deadlineMs / 2;
  }

  private async place(batch: readonly Waiting[]): Promise<() => void> {
    this.metrics.laneBatchOrders.observe(batch.length);
    const isWithoutLock = ({ request }: Waiting) =>
      request.lines.some(({ itemId }) => !this.itemLocks.isHeld(itemId));
    this.metrics.ordersWithoutLock.inc(batch.filter(isWithoutLock).length);
    const itemIds = itemIdsOf(requestsOf(batch));
    const attributes = { 'holdfast.orders': batch.length, 'holdfast.items': itemIds.length };
    const waits = batch.map(({ wait }) => wait);
    return inBatch({ name: 'place batch', attributes }, waits, () =>
      this.itemLocks.during(itemIds, (fences) => {
        tellFences(fences.values());
        return this.placeTogether(batch, fences);
      }),
    );
  }

  /** All in one transaction. Whatever was wrong with one of them becomes that one's alone. */
  private async placeTogether(
    batch: readonly Waiting[],
    fences: ReadonlyMap<string, number>,
  ): Promise<() => void> {
    const requests = requestsOf(batch);
    try {
      const outcomes = await placeInTransaction(this.database, requests, {
        deadline: earliestOf(batch),
        fences,
        mustWrite: batch.some(({ attempt }) => attempt.mustWrite),
      });
      return () => {
        for (const [index, outcome] of outcomes.entries()) batch[index]?.settle(outcome);
      };
    } catch (error) {
      for (const part of partsToPlaceApart(batch, error)) {
        const answer = await this.placeTogether(part, fences);
        answer(); // the other part may take its time
      }
      return () => undefined;
    }
  }
}

/** Fails whomever the error concerns. @returns the others, in the parts in which they are placed then */
function partsToPlaceApart(batch: readonly Waiting[], error: unknown): readonly (readonly Waiting[])[] {
  const isLate = ({ attempt }: Waiting) => attempt.deadline.isNear;
  if (error instanceof DeadlineError && batch.some(isLate)) {
    for (const { fail } of batch.filter(isLate)) fail(error);
    const inTime = batch.filter((order) => !isLate(order));
    return inTime.length > 0 ? [inTime] : [];
  }
  if (batch.length > 1 && !concernsAll(error)) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
  }
  for (const { fail } of batch) fail(error);
  return [];
}

/** Not the doing of one order: each is tried again by itself, or told. */
function concernsAll(error: unknown): boolean {
  return (
    isDecidedAgain(error) ||
    [StaleFenceError, DatabaseBusyError, DatabaseUnavailableError, CommitOutcomeUnknownError].some(
      (type) => error instanceof type,
    )
  );
}

function requestsOf(batch: readonly Waiting[]): PlacementRequest[] {
  return batch.map(({ request }) => request);
}

/** For each item that a traced order waits for, where its trace goes on. */
function tracesOf(front: readonly Waiting[]): ReadonlyMap<string, Context> {
  const traces = new Map<string, Context>();
  for (const { request, wait } of front) {
    if (wait) for (const { itemId } of request.lines) traces.set(itemId, wait.context);
  }
  return traces;
}

/** What stale claims have taught any of them. */
function floorsOf(batch: readonly Waiting[]): ReadonlyMap<string, number> {
  const floors = new Map<string, number>();
  for (const { attempt } of batch) {
    for (const [itemId, fence] of attempt.floors)
      floors.set(itemId, Math.max(fence, floors.get(itemId) ?? 0));
  }
  return floors;
}

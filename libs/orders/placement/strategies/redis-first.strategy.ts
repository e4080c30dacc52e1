import { CommitOutcomeUnknownError, Database, Metrics, type RedisSettings } from '#platform';
import { placeAlone } from '../order-transaction.js';
import type { Outcome, PlacementRequest } from '../placement.js';
import { RefusalBatch } from '../refusal-batch.js';
import { LaneTimeoutError, type Attempt, type ReservationStrategy } from '../reservation-strategy.js';
import { Drift } from './redis-first/drift.js';
import { CountersAwayError, StockCounters } from './redis-first/stock-counters.js';
import { Undecided } from './redis-first/undecided.js';

/** How long an order waits to hear what becomes of those that hold the last units. */
const PATIENCE_MS = 1_000;

/**
 * The design of the seckill articles: a script takes the units from a counter in Redis, PostgreSQL is written to
 * afterwards, and what it refuses is given back. Here the write is the transaction of every other strategy, so it cannot
 * oversell, whatever Redis believes; and what Redis refuses is asked of the record once, for all that are refused
 * together.
 *
 * Worth: those who cannot get anything never reach the row, and most never a transaction.
 * Bad at: the truth. Two stores change one after the other, and between them anything can happen. A process that dies
 * after it took units in Redis, or an answer that was lost, leaves units that nobody is offered: buyers hear `sold_out`
 * while PostgreSQL has stock, until the counter expires (60 s). After FLUSHALL counters are loaded while orders are under
 * way, and promise units that are gone: those buyers enter a transaction in vain. And an order that PostgreSQL will
 * refuse (its limit, its allotment, a replay) holds units meanwhile; buyers wait for that in the same process, and are
 * refused for it in another one. `holdfast_redis_first_drift_units` shows the difference.
 */
export class RedisFirstStrategy implements ReservationStrategy {
  readonly name = 'redis-first';
  private readonly database: Database;
  private readonly metrics: Metrics;
  private readonly counters: StockCounters;
  private readonly refusals: RefusalBatch;
  private readonly drift: Drift;
  private readonly undecided = new Undecided();

  /** @param reads leads to the same record, past the connections on which orders wait for each other */
  constructor(redis: RedisSettings, database: Database, reads: Database, metrics: Metrics) {
    this.database = database;
    this.metrics = metrics;
    this.counters = new StockCounters(redis, reads);
    this.refusals = new RefusalBatch(reads);
    this.drift = new Drift(this.counters, reads);
    this.drift.expose(metrics.registry);
  }

  async attempt(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    for (const { itemId } of request.lines) this.drift.watch(itemId);
    // What became of an unanswered COMMIT is in the record alone.
    const refusal = attempt.mustWrite ? undefined : await this.takeOrRefuse(request, attempt);
    return refusal ?? this.place(request, attempt);
  }

  /** Nest calls both, at the start and when no request is under way any more. */
  async onModuleInit(): Promise<void> {
    await this.counters.connect();
  }

  onApplicationShutdown(): void {
    this.counters.close();
  }

  /** @returns undefined when Redis let the order have its units, or is away: the row lock is there anyway */
  private async takeOrRefuse(request: PlacementRequest, { deadline }: Attempt): Promise<Outcome | undefined> {
    try {
      let shortItemId = await this.counters.take(request);
      while (shortItemId !== undefined) {
        await this.undecided.none(shortItemId, Math.min(PATIENCE_MS, deadline.remainingMs));
        if (deadline.passed) throw new LaneTimeoutError('The order waited for units for as long as it may.');
        const outcome = await this.refusals.decide(request, deadline);
        if (outcome.kind !== 'accepted') return outcome;
        await this.counters.load(request);
        shortItemId = await this.counters.take(request);
        if (shortItemId !== undefined && !this.undecided.has(shortItemId)) return soldOut(shortItemId);
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof CountersAwayError)) throw error;
      this.metrics.ordersWithoutLock.inc();
      return undefined;
    }
  }

  private async place(request: PlacementRequest, { deadline, mustWrite, waiter }: Attempt): Promise<Outcome> {
    const decided = this.undecided.begin(request.lines.map((line) => line.itemId));
    try {
      const outcome = await placeAlone(this.database, request, {
        deadline,
        mustWrite,
        leave: waiter.signal,
      });
      if (!isOrderOf(request, outcome)) await this.compensate(request, outcome);
      return outcome;
    } catch (error) {
      const mayBeWritten = mustWrite || error instanceof CommitOutcomeUnknownError;
      if (!mayBeWritten) await this.compensate(request);
      throw error;
    } finally {
      decided();
    }
  }

  private async compensate(request: PlacementRequest, outcome?: Outcome): Promise<void> {
    try {
      await this.counters.giveBack(request);
      if (outcome?.kind === 'refused' && outcome.code === 'sold_out' && outcome.itemId !== undefined) {
        await this.counters.forget(outcome.itemId); // it had promised what is not there
      }
    } catch (error) {
      if (!(error instanceof CountersAwayError)) throw error; // what could not be given back is drift from now on
    }
  }
}

/** Whether the units are the order's own: it was placed now, or by an attempt whose COMMIT went unanswered. */
function isOrderOf(request: PlacementRequest, outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || (outcome.kind === 'replayed' && outcome.orderId === request.orderId);
}

/** The lie of this design: the record has just said that there is some left. */
function soldOut(itemId: string): Outcome {
  return { kind: 'refused', code: 'sold_out', detail: 'The item is sold out.', itemId };
}

import { outsideTraces } from '#platform';
import type { Deadline } from './deadline.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { LaneLeftError, LaneTimeoutError, type Attempt } from './reservation-strategy.js';
import { TracedWait } from './traced-wait.js';

/** How often the lane looks for orders that cannot wait any longer. */
const SWEEP_MS = 100;
/** Preparing is done anew for all at least so often: hundreds wait, and some come with each turn of the event loop. */
const PREPARED_MS = 25;
/** How long the answers of a batch wait for the rest of a crowd at most. */
const CROWD_MS = 50;
/** A process that has had nothing to do for so long meanwhile has read all who came: no more of the crowd will come. */
const IDLE_MS = 5;

/** An order that waits for its outcome. */
export interface Waiting {
  readonly request: PlacementRequest;
  readonly attempt: Attempt;
  readonly wait: TracedWait | undefined;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

/** What makes batches of a lane move on. */
export interface LaneWork {
  /**
   * Gets ready what the first of them need. Called whenever there are new ones, also while a batch is placed.
   * @param known how many of them it was called with before, since when nothing has changed for them
   */
  prepare(waiting: readonly Waiting[], known: number): void;
  /** Which of them can be placed now, together; when none, it is asked again after `Lane.wake`. */
  choose(waiting: readonly Waiting[]): readonly Waiting[];
  /** Ends the wait of each, and fails whom nothing became of. Never rejects. @returns settles the others */
  place(batch: readonly Waiting[]): Promise<() => void>;
}

/**
 * Where the orders of this process wait, over all items, first come, first served. While a batch is placed, the next one
 * gathers: the busier an item, the larger its batches, and the cheaper each order.
 */
export class Lane {
  private readonly work: LaneWork;
  private readonly marginMs: number;
  private readonly batchSize: number;
  private waiting: Waiting[] = [];
  /** How many of them, the first ones, are prepared, and until when. */
  private prepared = { count: 0, untilMs: 0 };
  private running = false;
  /** More are under way than one batch takes. */
  private isCrowded = false;
  private waking: NodeJS.Immediate | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private awaken: (() => void) | undefined;

  /**
   * @param limits.marginMs an order that has less time left enters no transaction: it might not be answered in time
   * @param limits.batchSize how many `choose` takes at most
   */
  constructor(work: LaneWork, limits: { readonly marginMs: number; readonly batchSize: number }) {
    this.work = work;
    this.marginMs = limits.marginMs;
    this.batchSize = limits.batchSize;
  }

  /** @throws LaneTimeoutError, LaneLeftError when no transaction began, and what became of the batch */
  enter(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    const wait = TracedWait.begin('wait in lane');
    return new Promise((settle, fail) => {
      this.waiting.push({ request, attempt, wait, settle, fail });
      this.goOn();
    });
  }

  /** Something has changed that may let orders be placed. */
  wake(): void {
    this.prepared.untilMs = 0;
    this.goOn();
  }

  /** All that changes in one turn of the event loop is one change. */
  private goOn(): void {
    this.sweeping ??= setInterval(() => this.sweep(), SWEEP_MS);
    this.waking ??= outsideTraces(() => setImmediate(() => this.onWake()));
  }

  private onWake(): void {
    this.waking = undefined;
    this.prepare(this.prepared.untilMs > performance.now() ? this.prepared.count : 0);
    if (this.running) this.awaken?.();
    else void this.run();
  }

  /**
   * Answers are written when the next batch has been sent, since writing hundreds takes a while. Whoever is answered comes
   * back: so a crowd falls into two halves, one of which is always being placed while the other is served.
   */
  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const changed = this.change();
      const batch = this.next();
      if (batch.length > 0) {
        const answer = await this.work.place(batch);
        if (this.isCrowded) this.isCrowded = await this.crowd();
        setImmediate(answer);
      } else await changed;
    }
    this.running = false;
    this.isCrowded = false;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }

  /** Waits for those who make a whole batch. @returns whether more may be coming than have come */
  private async crowd(): Promise<boolean> {
    const since = performance.eventLoopUtilization();
    const untilMs = performance.now() + CROWD_MS;
    while (this.waiting.length < this.batchSize && performance.now() < untilMs) {
      const hasChanged = await this.change(IDLE_MS);
      if (!hasChanged && performance.eventLoopUtilization(since).idle >= IDLE_MS) return false;
    }
    return this.waiting.length >= this.batchSize / 2; // fewer are no crowd, but those who come at all times
  }

  /** @returns false when nothing has changed within the time */
  private change(withinMs?: number): Promise<boolean> {
    return new Promise((end) => {
      const timer = withinMs === undefined ? undefined : setTimeout(end, withinMs, false);
      this.awaken = () => {
        clearTimeout(timer);
        end(true);
      };
    });
  }

  private prepare(known: number): void {
    this.work.prepare(this.waiting, known);
    if (known === 0) this.prepared.untilMs = performance.now() + PREPARED_MS;
    this.prepared.count = this.waiting.length;
  }

  private next(): readonly Waiting[] {
    this.sweep();
    this.prepare(0);
    const batch = new Set(this.work.choose(this.waiting));
    if (batch.size === 0) return [];
    this.keepWaiting(this.waiting.filter((order) => !batch.has(order)));
    if (batch.size === this.batchSize && this.waiting.length > 0) this.isCrowded = true;
    return [...batch];
  }

  /** Sends away who cannot be served in time, or was told to leave. */
  private sweep(): void {
    const answeredAtMs = performance.now() + this.marginMs;
    const staying = this.waiting.filter((order) => {
      const reason = reasonToLeave(order.attempt, answeredAtMs);
      if (!reason) return true;
      order.wait?.fail(reason);
      order.fail(reason);
      return false;
    });
    if (staying.length === this.waiting.length) return;
    this.keepWaiting(staying);
    this.awaken?.();
  }

  private keepWaiting(orders: Waiting[]): void {
    this.waiting = orders;
    this.prepared.untilMs = 0;
  }
}

/** @param answeredAtMs when an order that is placed now will be answered, on the monotonic clock */
function reasonToLeave({ deadline, waiter }: Attempt, answeredAtMs: number): Error | undefined {
  if (deadline.atMs < answeredAtMs) {
    return new LaneTimeoutError('The order waited in the lane for as long as it may.');
  }
  return waiter.isLeaving ? new LaneLeftError('The order was told to leave the lane.') : undefined;
}

/** The one that ends first. */
export function earliestOf(batch: readonly Waiting[]): Deadline | undefined {
  return batch.reduce<Deadline | undefined>((earliest, { attempt: { deadline } }) => {
    return earliest && earliest.atMs <= deadline.atMs ? earliest : deadline;
  }, undefined);
}

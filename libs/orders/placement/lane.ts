import { outsideTraces } from '#platform';
import type { Deadline } from './deadline.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { LaneLeftError, LaneTimeoutError, type Attempt } from './reservation-strategy.js';
import { TracedWait } from './traced-wait.js';

/** How often the lane looks for orders that cannot wait any longer. */
const SWEEP_MS = 100;
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
  /** Gets ready what the first of them need. Called whenever there are new ones, also while a batch is placed. */
  prepare(waiting: readonly Waiting[]): void;
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
  private waiting: Waiting[] = [];
  private running = false;
  /** More are under way than one batch takes. */
  private isCrowded = false;
  private waking: NodeJS.Immediate | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private awaken: (() => void) | undefined;

  /** @param marginMs an order that has less time left enters no transaction: it might not be answered in time */
  constructor(work: LaneWork, marginMs: number) {
    this.work = work;
    this.marginMs = marginMs;
  }

  /** @throws LaneTimeoutError, LaneLeftError when no transaction began, and what became of the batch */
  enter(request: PlacementRequest, attempt: Attempt): Promise<Outcome> {
    const wait = TracedWait.begin('wait in lane');
    return new Promise((settle, fail) => {
      this.waiting.push({ request, attempt, wait, settle, fail });
      this.wake();
    });
  }

  /** Something has changed that may let orders be placed. All that changes in one turn of the event loop is one change. */
  wake(): void {
    this.sweeping ??= setInterval(() => this.sweep(), SWEEP_MS);
    this.waking ??= outsideTraces(() => setImmediate(() => this.onWake()));
  }

  private onWake(): void {
    this.waking = undefined;
    this.work.prepare(this.waiting);
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
        if (this.isCrowded && this.waiting.length === 0) this.isCrowded = await this.crowd();
        setImmediate(answer);
      } else await changed;
    }
    this.running = false;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }

  /** @returns whether somebody has come */
  private async crowd(): Promise<boolean> {
    const since = performance.eventLoopUtilization();
    for (let waitedMs = 0; waitedMs < CROWD_MS; waitedMs += IDLE_MS) {
      if (await this.change(IDLE_MS)) return true;
      if (performance.eventLoopUtilization(since).idle >= IDLE_MS) return false;
    }
    return false;
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

  private next(): readonly Waiting[] {
    this.sweep();
    this.work.prepare(this.waiting);
    const batch = new Set(this.work.choose(this.waiting));
    if (batch.size === 0) return [];
    this.waiting = this.waiting.filter((order) => !batch.has(order));
    if (this.waiting.length > 0) this.isCrowded = true;
    return [...batch];
  }

  /** Sends away who cannot be served in time, or was told to leave. */
  private sweep(): void {
    const staying = this.waiting.filter((order) => {
      const reason = this.reasonToLeave(order.attempt);
      if (!reason) return true;
      order.wait?.fail(reason);
      order.fail(reason);
      return false;
    });
    if (staying.length === this.waiting.length) return;
    this.waiting = staying;
    this.awaken?.();
  }

  private reasonToLeave({ deadline, waiter }: Attempt): Error | undefined {
    if (deadline.remainingMs < this.marginMs) {
      return new LaneTimeoutError('The order waited in the lane for as long as it may.');
    }
    return waiter.isLeaving ? new LaneLeftError('The order was told to leave the lane.') : undefined;
  }
}

/** The one that ends first. */
export function earliestOf(batch: readonly Waiting[]): Deadline | undefined {
  return batch.reduce<Deadline | undefined>((earliest, { attempt: { deadline } }) => {
    return earliest && earliest.remainingMs <= deadline.remainingMs ? earliest : deadline;
  }, undefined);
}

/** What waits exactly until the deadline may still say why it ended. */
const GRACE_MS = 250;

/** What it takes from the last look at the deadline until what was written has reached the disk, as a rule. */
const COMMIT_MS = 250;

/** The work goes on, but nobody waits for it any longer. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** A moment on the monotonic clock until which a request must be answered. */
export class Deadline {
  /** On the monotonic clock, in milliseconds: who looks at many looks at the clock once. */
  readonly atMs: number;
  private readonly commitMs: number;

  private constructor(ms: number) {
    this.atMs = performance.now() + ms;
    this.commitMs = Math.min(COMMIT_MS, ms / 4);
  }

  static after(ms: number): Deadline {
    return new Deadline(ms);
  }

  /** Never negative. */
  get remainingMs(): number {
    return Math.max(0, this.atMs - performance.now());
  }

  get passed(): boolean {
    return this.remainingMs === 0;
  }

  /** Until nobody waits any longer, even for an order that says why it ended. Negative when that is past. */
  get overdueInMs(): number {
    return this.atMs + GRACE_MS - performance.now();
  }

  /** Whether it is too late to begin with writing. */
  get isNear(): boolean {
    return this.remainingMs < this.commitMs;
  }

  /**
   * Stands before each step of a transaction that would have an effect: what nobody waits for any longer must not
   * happen, since the buyer may have been told something definite by then.
   * @throws DeadlineError
   */
  check(): void {
    if (this.isNear) throw new DeadlineError('The deadline passed while the order was being decided.');
  }
}

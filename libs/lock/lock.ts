/** A lock that was granted. Its watchdog renews the lease until it is released, lost, or held for `maxHoldMs`. */
export interface Lock {
  /** Sorted, without duplicates. */
  readonly resources: readonly string[];
  /** Per resource a number that is higher than that of every earlier grant; empty where the provider has none. */
  readonly fences: ReadonlyMap<string, number>;
  /** The fence of the only resource. @throws LockUsageError when there are several, or none has one */
  readonly fence: number;
  /** Aborts, with a LockLostError as its reason, the moment the lock can no longer be relied on. A release does not abort it. */
  readonly signal: AbortSignal;
  /** Whether the lock can be relied on now; false when it was released, too. Costs less than a look at the signal. */
  isHeld(): boolean;
  /**
   * Counts the lease anew, with a new length that the watchdog keeps to.
   * @returns false when the lock is not held any more
   * @throws LockUnavailableError when the store did not answer; the lock is held until its signal says otherwise
   */
  extend(leaseMs: number): Promise<boolean>;
  /**
   * Gives the lock back; later calls have the first one's outcome.
   * @returns false when it had been lost before
   * @throws LockUnavailableError when the store did not answer; the lease ends it then
   */
  release(): Promise<boolean>;
  /**
   * Leaves the lock to the store for so long, whatever becomes of this process. It counts as released here.
   * @returns false when it had been lost before
   * @throws LockUnavailableError when the store did not answer: it is held until its signal says otherwise;
   *   LockUsageError while a re-entry is open
   */
  releaseAfter(delayMs: number): Promise<boolean>;
  /**
   * Whether others wait for it. To know, it counts the lease anew, unless they wait in this process.
   * @throws LockLostError, LockUnavailableError; LockUsageError from a provider without `fair`
   */
  isContended(): Promise<boolean>;
  /**
   * Calls the listener when others wait for it, from when it is known here: with `contentionEvents` the store tells at once
   * when another process begins to, while its connection lasts; and a renewal finds who waits by then. It may be called
   * more than once, and not before the caller has gone on. Whoever gets the lock from another process asks `isContended` once:
   * others may have begun to wait before.
   */
  onContended(listener: () => void): void;
  /**
   * Releases the lock when others wait for it, so that they come first, and else counts its lease anew. It is kept while a
   * re-entry is open.
   * @returns true when it was released: acquire it anew, at the end of the queue
   * @throws LockLostError, LockUnavailableError; LockUsageError from a provider without `fair`
   */
  yieldIfContended(): Promise<boolean>;
  /** The same lock once more, with the same fences; it is released when every handle is. @throws LockLostError */
  reenter(): Lock;
  /**
   * Leaves the lock to whoever adopts the ticket, within `leaseMs` (default: the lock's); nobody renews it meanwhile.
   * `signal` aborts when it is adopted, or when that time ends. `using` and `await using` then leave it alone; `release`
   * takes it back while nobody has adopted it.
   * @returns the ticket: text for the job's data
   * @throws LockLostError, LockUnavailableError; LockUsageError from a provider without `handOver`, for a permit, or while a
   *   re-entry is open
   */
  handOver(options?: { leaseMs?: number }): Promise<string>;
  /** Releases, and never rejects: the lease ends what the store does not hear of. */
  [Symbol.asyncDispose](): Promise<void>;
}

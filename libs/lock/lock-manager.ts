import { randomUUID } from 'node:crypto';
import { contend } from './contention.js';
import {
  LockAbortedError,
  LockContendedError,
  LockLostError,
  LockUnavailableError,
  LockUsageError,
} from './errors.js';
import { HeldLock, requireLease, requireWait, type Lock } from './lock.js';
import { LocalQueue, type Place } from './local-queue.js';
import { LockStore, type TimedGrant } from './lock-store.js';
import type { LockProvider, LockRequest } from './provider.js';
import { WaitLimit } from './wait-limit.js';

export interface TryAcquireOptions {
  /** How long the store keeps the lock without a renewal. Whole milliseconds. */
  leaseMs: number;
  /** After this long the watchdog stops renewing. Default: the manager's. */
  maxHoldMs?: number;
  /** The lowest fence that the guarded record still accepts, for all resources or for each. */
  floor?: number | ReadonlyMap<string, number>;
  /** Ends the call while it waits; it has no effect once the lock is held. */
  signal?: AbortSignal;
}

export interface AcquireOptions extends TryAcquireOptions {
  /** How long to wait for a lock that another holds; 0 is one try. */
  waitMs: number;
}

export interface LockManagerOptions {
  /** How long calls fail at once after the store was found to be away. Default: 1,000. */
  breakerOpenMs?: number;
  /** Calls that may wait for one resource in this process; further ones hear LockContendedError. Default: 10,000. */
  maxWaiting?: number;
  /** The watchdog's limit where a call names none, so that a job that hangs does not hold for ever. Default: 15 minutes. */
  maxHoldMs?: number;
}

const MAX_RESOURCES = 1_000;
/** Microseconds reach it in 2112; half of the whole numbers that a double holds are left to grow above it. */
const MAX_FLOOR = 2 ** 52;
/** What other processes need to answer a wake-up, before this one asks for the same lock again. */
const YIELD_MIN_MS = 1;
const YIELD_MAX_MS = 4;

/** Distributed locks of one provider. One manager a process and provider: it lines up the waiters of the process. */
export class LockManager {
  private readonly provider: LockProvider;
  private readonly store: LockStore;
  private readonly queue: LocalQueue;
  private readonly maxHoldMs: number;
  private readonly owner = randomUUID();
  private readonly limits = new Set<WaitLimit>();
  private readonly held = new Set<HeldLock>();
  private acquisitions = 0;
  private closing: Promise<void> | undefined;

  constructor(provider: LockProvider, options: LockManagerOptions = {}) {
    const { breakerOpenMs = 1_000, maxWaiting = 10_000, maxHoldMs = 15 * 60_000 } = options;
    this.provider = provider;
    this.maxHoldMs = maxHoldMs;
    this.store = new LockStore(provider, {
      breakerOpenMs,
      onUnavailable: (cause) => this.failWaiting(cause),
    });
    this.queue = new LocalQueue({ watch: (resource, wake) => provider.watch(resource, wake), maxWaiting });
  }

  /**
   * Waits at most `waitMs` for all of the resources together; they are taken all or none.
   * @throws LockContendedError with `waitMs` 0, LockWaitTimeoutError, LockAbortedError, LockUnavailableError, LockUsageError
   */
  async acquire(resources: string | readonly string[], options: AcquireOptions): Promise<Lock> {
    return this.acquireHeld(resources, options);
  }

  /** One try: null when one of the resources is taken. @throws LockAbortedError, LockUnavailableError, LockUsageError */
  async tryAcquire(resources: string | readonly string[], options: TryAcquireOptions): Promise<Lock | null> {
    const request = this.request(resources, options);
    return this.limited(request, { ...options, waitMs: 0 }, async (limit) => {
      const answer = await this.store.acquire(request, limit);
      return answer.granted ? this.hold(request, answer, options) : null;
    });
  }

  /**
   * Runs the job under the lock, and releases it. The job's own error is thrown on as it is; a release that fails
   * after the job is left to the lease. The job is not cut short when the lock is lost: it hears `lock.signal`.
   * @throws LockLostError when the lock was lost while the job ran, and what `acquire` throws
   */
  async using<T>(
    resources: string | readonly string[],
    options: AcquireOptions,
    job: (lock: Lock) => Promise<T>,
  ): Promise<T> {
    const lock = await this.acquireHeld(resources, options);
    let value: T;
    try {
      value = await job(lock);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
    const { signal } = lock;
    const wasHeld = await lock.release().catch(() => true); // not heard of: the lease ends it
    if (signal.aborted) throw signal.reason;
    if (!wasHeld)
      throw new LockLostError(lock.resources, 'its key was gone from the store when the job had ended');
    return value;
  }

  /** Ends every waiting call with LockAbortedError, aborts the signals of the locks that are held, and gives them back. */
  close(): Promise<void> {
    this.closing ??= this.endEverything();
    return this.closing;
  }

  private async endEverything(): Promise<void> {
    for (const limit of this.limits) limit.fail(closedError(limit.resources));
    const held = [...this.held];
    for (const lock of held) lock.lose('its manager was closed');
    await Promise.all(held.map((lock) => lock[Symbol.asyncDispose]()));
    await this.store.close();
  }

  private async acquireHeld(
    resources: string | readonly string[],
    options: AcquireOptions,
  ): Promise<HeldLock> {
    const request = this.request(resources, options);
    requireWait(request.resources, options.waitMs);
    return this.limited(request, options, async (limit) => {
      if (options.waitMs === 0) {
        // One try is one command, whatever happens in this process.
        const answer = await this.store.acquire(request, limit);
        if (!answer.granted) throw new LockContendedError([answer.resource]);
        return this.hold(request, answer, options);
      }
      const place = await this.queue.enter(limit);
      try {
        const grant = await contend(this.store, request, { limit, place });
        return this.hold(request, grant, options, place);
      } catch (error) {
        place.leave();
        throw error;
      }
    });
  }

  private async limited<T>(
    { resources }: LockRequest,
    { waitMs, signal }: AcquireOptions,
    work: (limit: WaitLimit) => Promise<T>,
  ): Promise<T> {
    if (this.closing) throw closedError(resources);
    if (signal?.aborted) throw new LockAbortedError(resources, signal.reason);
    const limit = new WaitLimit(resources, { waitMs, signal });
    this.limits.add(limit);
    try {
      return await work(limit);
    } finally {
      this.limits.delete(limit);
      limit.end();
    }
  }

  private hold(request: LockRequest, grant: TimedGrant, options: TryAcquireOptions, place?: Place): HeldLock {
    const { maxHoldMs = this.maxHoldMs } = options;
    const lock = new HeldLock({
      store: this.store,
      request,
      grant,
      maxHoldMs,
      onEnd: (ended, { awaitedElsewhere }) => {
        this.held.delete(ended);
        if (place && awaitedElsewhere) setTimeout(() => place.leave(), yieldMs()).unref();
        else place?.leave();
      },
    });
    this.held.add(lock);
    return lock;
  }

  private request(given: string | readonly string[], { leaseMs, floor = 0 }: TryAcquireOptions): LockRequest {
    const resources = typeof given === 'string' ? [given] : [...new Set(given)].sort();
    if (resources.length === 0 || resources.length > MAX_RESOURCES) {
      throw new LockUsageError(
        resources,
        `One call takes 1 to ${MAX_RESOURCES} resources, not ${resources.length}.`,
      );
    }
    requireLease(resources, leaseMs);
    this.provider.check(resources);
    const floors = resources.map((resource) =>
      typeof floor === 'number' ? floor : (floor.get(resource) ?? 0),
    );
    if (!floors.every((lowest) => Number.isInteger(lowest) && lowest >= 0 && lowest <= MAX_FLOOR)) {
      throw new LockUsageError(resources, 'A floor must be a whole number from 0 to 2^52.');
    }
    this.acquisitions += 1;
    return { resources, leaseMs, floors, token: `${this.owner}:${this.acquisitions}` };
  }

  /** Whoever waits while the store is away would only find out later, one command timeout after another. */
  private failWaiting(cause: unknown): void {
    for (const limit of this.limits) limit.fail(new LockUnavailableError(limit.resources, cause, 'none'));
  }
}

function closedError(resources: readonly string[]): LockAbortedError {
  return new LockAbortedError(resources, new Error('the lock manager is closed'));
}

function yieldMs(): number {
  return YIELD_MIN_MS + Math.random() * (YIELD_MAX_MS - YIELD_MIN_MS);
}

import { contend } from './contention.js';
import type { Backend } from './backend.js';
import {
  LockAbortedError,
  LockContendedError,
  LockUnavailableError,
  LockWaitTimeoutError,
} from './errors.js';
import type { LockEvents } from './events.js';
import { HeldLock } from './held-lock.js';
import type { Place } from './local-queue.js';
import type { TimedGrant } from './lock-store.js';
import type { AcquireOptions, RetryOptions } from './options.js';
import type { LockRequest } from './provider.js';
import { WaitLimit } from './wait-limit.js';
import { setTimeout as sleep } from 'node:timers/promises';

/** The calls that are under way, and the locks that are held. */
export class Acquisitions {
  readonly held = new Set<HeldLock>();
  private readonly events: LockEvents;
  private readonly maxHoldMs: number;
  private readonly limits = new Set<WaitLimit>();
  private isClosed = false;

  constructor(events: LockEvents, maxHoldMs: number) {
    this.events = events;
    this.maxHoldMs = maxHoldMs;
  }

  /** @throws what LockManager.acquire does */
  acquire(backend: Backend, request: LockRequest, options: AcquireOptions): Promise<HeldLock> {
    return this.observed(backend, request, options, (limit) =>
      this.acquireWithin(limit, backend, request, options),
    );
  }

  /** Runs a call within its limit, and tells how it went. */
  async observed(
    backend: Backend,
    { resources, floors }: LockRequest,
    options: AcquireOptions,
    work: (limit: WaitLimit) => Promise<HeldLock>,
  ): Promise<HeldLock> {
    const provider = backend.provider.name;
    const startedAt = performance.now();
    this.events.tell('attempt', () => ({ provider, resources }));
    this.events.tell('waiting', () => ({ provider, resources, count: 1 }));
    try {
      const lock = await this.limited(backend, resources, options, work);
      this.events.tell('acquired', () => ({
        provider,
        resources,
        waitMs: performance.now() - startedAt,
        floor: floors.some((floor) => floor > 0),
      }));
      return lock;
    } catch (error) {
      this.tellFailure({ provider, resources }, error);
      throw error;
    } finally {
      this.events.tell('waiting', () => ({ provider, resources, count: -1 }));
    }
  }

  async limited<T>(
    backend: Backend,
    resources: readonly string[],
    { waitMs, signal }: Pick<AcquireOptions, 'waitMs' | 'signal'>,
    work: (limit: WaitLimit) => Promise<T>,
  ): Promise<T> {
    this.requireOpen(resources);
    if (signal?.aborted) throw new LockAbortedError(resources, signal.reason);
    const limit = new WaitLimit(resources, { waitMs, signal });
    this.limits.add(limit);
    backend.limits.add(limit);
    try {
      return await work(limit);
    } finally {
      this.limits.delete(limit);
      backend.limits.delete(limit);
      limit.end();
    }
  }

  hold(
    backend: Backend,
    request: LockRequest,
    grant: TimedGrant,
    { maxHoldMs = this.maxHoldMs }: { maxHoldMs?: number },
    place?: Place,
  ): HeldLock {
    const { resources } = request;
    const provider = backend.provider.name;
    // Behind a holder the next of this process already queues in the store; without a queue there it would only poll.
    const isFair = backend.provider.abilities.has('fair');
    if (isFair) place?.leave();
    const lock = new HeldLock({
      store: backend.store,
      request,
      grant,
      maxHoldMs,
      isAwaitedHere: () => resources.some((resource) => backend.queue.isEntered(resource)),
      observer: {
        releaseSent: (validUntil) => backend.heirs.succeed(request, validUntil),
        ended: (ended, heldMs, error) => {
          this.held.delete(ended);
          if (!isFair) place?.leave();
          this.events.tell('held', () => ({ provider, resources, count: -1 }));
          if (error) this.events.tell('lost', () => ({ provider, resources, heldMs, error }));
          else this.events.tell('released', () => ({ provider, resources, heldMs }));
        },
        extendFailed: (error) => this.events.tell('extendFailed', () => ({ provider, resources, error })),
        releaseFailed: (error) => this.events.tell('releaseFailed', () => ({ provider, resources, error })),
      },
    });
    this.held.add(lock);
    this.events.tell('held', () => ({ provider, resources, count: 1 }));
    return lock;
  }

  /** Of a lock that was taken together with others. */
  tellAcquired(backend: Backend, { resources, floors }: LockRequest, waitMs: number): void {
    const provider = backend.provider.name;
    this.events.tell('attempt', () => ({ provider, resources }));
    this.events.tell('acquired', () => ({
      provider,
      resources,
      waitMs,
      floor: floors.some((floor) => floor > 0),
    }));
  }

  private tellFailure(about: { provider: string; resources: readonly string[] }, error: unknown): void {
    if (error instanceof LockContendedError) this.events.tell('contended', () => about);
    else if (error instanceof LockWaitTimeoutError)
      this.events.tell('timeout', () => ({ ...about, waitMs: error.waitMs }));
    else if (error instanceof LockAbortedError) this.events.tell('aborted', () => about);
    else if (error instanceof LockUnavailableError)
      this.events.tell('unavailable', () => ({ ...about, error }));
  }

  /** Ends every call, and gives back what is held. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const limit of this.limits) limit.fail(closedError(limit.resources));
    const held = [...this.held].filter((lock) => !lock.isHandedOver); // that is for who adopts it
    for (const lock of held) lock.lose('its manager was closed');
    await Promise.all(held.map((lock) => lock.giveBack().catch(() => undefined)));
  }

  /** @throws LockAbortedError */
  requireOpen(resources: readonly string[]): void {
    if (this.isClosed) throw closedError(resources);
  }

  private async acquireWithin(
    limit: WaitLimit,
    backend: Backend,
    request: LockRequest,
    options: AcquireOptions,
  ): Promise<HeldLock> {
    if (options.retry) return this.tryRepeatedly(limit, backend, request, options, options.retry);
    if (options.waitMs === 0) {
      // One try is one command, whatever happens in this process.
      const answer = await backend.store.acquire(request, limit);
      if (!answer.granted) throw new LockContendedError([answer.resource]);
      return this.hold(backend, request, answer, options);
    }
    const place = backend.queue.tryEnter(request.resources) ?? (await backend.queue.enter(limit));
    try {
      const grant = await contend(backend, request, limit);
      return this.hold(backend, request, grant, options, place);
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  private async tryRepeatedly(
    limit: WaitLimit,
    backend: Backend,
    request: LockRequest,
    options: AcquireOptions,
    { tries, delayMs }: RetryOptions,
  ): Promise<HeldLock> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await backend.store.acquire(request, limit);
      if (answer.granted) return this.hold(backend, request, answer, options);
      if (attempt >= tries)
        throw new LockContendedError([answer.resource], `was held at each of ${attempt} tries`);
      await limit.race(
        sleep(typeof delayMs === 'number' ? delayMs : delayMs(attempt), undefined, { ref: false }),
      );
    }
  }
}

function closedError(resources: readonly string[]): LockAbortedError {
  return new LockAbortedError(resources, new Error('the lock manager is closed'));
}

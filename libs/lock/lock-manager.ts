import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { acquireSome, type SomeLocks } from './acquire-some.js';
import { Acquisitions } from './acquisitions.js';
import { Backend } from './backend.js';
import { LockContendedError, LockLostError, LockTicketError, LockUsageError } from './errors.js';
import { LockEvents } from './events.js';
import { fromTicket } from './hand-over-ticket.js';
import type { HeldLock } from './held-lock.js';
import type { Lock } from './lock.js';
import type {
  AcquireOptions,
  AcquireSomeOptions,
  AdoptOptions,
  LockManagerOptions,
  TryAcquireOptions,
} from './options.js';
import type { LockInfo, LockProvider, SharedValues } from './provider.js';
import { enclosing, runUnder } from './reentry.js';
import { requireCount, requireOptions, Requests } from './requests.js';
import { requireAbility, requireMilliseconds, requireTries } from './requirements.js';
import { SingleFlight, type Load, type SingleFlightOptions } from './single-flight.js';

const LIST_LIMIT = 10_000;

/** Distributed locks. One manager a process and provider: it lines up the waiters of the process. */
export class LockManager {
  /** What happens, for metrics and logs. */
  readonly events = new LockEvents();
  readonly owner: string;
  readonly provider: LockProvider;
  private readonly requests: Requests;
  private readonly backends: ReadonlyMap<string, Backend>;
  private readonly backend: Backend;
  private readonly acquisitions: Acquisitions;
  private readonly flights: SingleFlight | undefined;
  private closing: Promise<void> | undefined;

  /** @throws LockUsageError when the provider lacks what `requires` names */
  constructor(provider: LockProvider, options: LockManagerOptions = {}) {
    const { providers = {}, requires = [], breakerOpenMs = 1_000, maxWaiting = 10_000 } = options;
    for (const ability of requires) requireAbility(provider, ability);
    this.owner = options.owner ?? `${os.hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
    this.provider = provider;
    this.acquisitions = new Acquisitions(this.events, options.maxHoldMs ?? 15 * 60_000);
    this.requests = new Requests(this.owner);
    this.backend = new Backend(provider.name, provider, { breakerOpenMs, maxWaiting });
    if (Object.hasOwn(providers, provider.name)) {
      throw new LockUsageError(
        [],
        `Two lock providers are named "${provider.name}": give the other one another name.`,
      );
    }
    const others = Object.entries(providers).map(
      ([name, other]) => [name, new Backend(name, other, { breakerOpenMs, maxWaiting })] as const,
    );
    this.backends = new Map([[provider.name, this.backend], ...others]);
    this.flights = provider.values && this.singleFlights(provider.values);
  }

  /**
   * Waits at most `waitMs` for all of the resources together; they are taken all or none.
   * @throws LockContendedError with `waitMs` 0 or after the last of `retry`, LockWaitTimeoutError, LockAbortedError,
   *   LockUnavailableError, LockUsageError
   */
  async acquire(resources: string | readonly string[], options: AcquireOptions): Promise<Lock> {
    return (await this.acquireHandle(resources, options)).lock;
  }

  /** One try: null when one of the resources is taken. @throws LockAbortedError, LockUnavailableError, LockUsageError */
  async tryAcquire(resources: string | readonly string[], options: TryAcquireOptions): Promise<Lock | null> {
    try {
      return await this.acquire(resources, { ...options, waitMs: 0 });
    } catch (error) {
      if (error instanceof LockContendedError) return null;
      throw error;
    }
  }

  /**
   * Takes those that are free, each with a lock of its own and all in one attempt, and waits for the others, which end
   * as a call of `acquire` does. With `waitMs` 0 it waits for none.
   * @throws LockAbortedError, LockUnavailableError, LockUsageError
   */
  async tryAcquireSome(resources: readonly string[], options: AcquireSomeOptions): Promise<SomeLocks> {
    const backend = this.backendOf(options.provider);
    const sorted = [...new Set(resources)].sort();
    requireCount(sorted);
    requireMilliseconds(sorted, 'waitMs', options.waitMs);
    const mayQueue = options.waitMs > 0;
    const requests = sorted.map((resource) =>
      this.requests.make(backend.provider, resource, options, { mayQueue }),
    );
    if (backend.provider.acquireSome) backend.provider.check(sorted); // else they are sent one by one
    return acquireSome(this.acquisitions, backend, requests, options, (resource) =>
      this.acquire(resource, options),
    );
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
    const { lock, held } = await this.acquireHandle(resources, options);
    let value: T;
    try {
      value = await runUnder(lock, held, () => job(lock));
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
    if (held.isHandedOver) return value;
    const { signal } = lock;
    const wasHeld = await lock.release().catch(() => true); // not heard of: the lease ends it
    if (signal.aborted) throw signal.reason;
    if (!wasHeld)
      throw new LockLostError(lock.resources, 'its key was gone from the store when the job had ended');
    return value;
  }

  /**
   * Takes over what another process handed over. Its handle is dead from here on; the fences stay what they were.
   * @throws LockTicketError when the ticket was altered, cut short, adopted before, or its lease has ended;
   *   LockAbortedError, LockUnavailableError, LockUsageError
   */
  async adopt(ticket: string, options: AdoptOptions = {}): Promise<Lock> {
    const { provider: name, leaseMs, ...claim } = fromTicket(ticket);
    const backend = this.backends.get(name);
    if (!backend) throw new LockTicketError(claim.resources, `is of the provider "${name}", not one of mine`);
    requireAbility(backend.provider, 'handOver');
    this.acquisitions.requireOpen(claim.resources);
    const given = { leaseMs, ...options };
    const request = this.requests.make(backend.provider, claim.resources, given, { mayQueue: false });
    const grant = await backend.store.adopt(claim, request);
    if (!grant) throw new LockTicketError(claim.resources, 'was adopted already, or its lease has ended');
    return this.acquisitions.hold(backend, request, grant, options);
  }

  /**
   * Releases what an owner holds, at most 10,000 locks, in whichever process, and nothing that anybody else holds. Whoever
   * works under one hears of its loss: in this process at once, elsewhere by the next renewal.
   * @returns how many locks it released
   * @throws LockUnavailableError; LockUsageError from a provider without `inspection`
   */
  async releaseAll({ owner, provider }: { owner: string; provider?: string }): Promise<number> {
    const backend = this.backendOf(provider);
    requireAbility(backend.provider, 'inspection');
    const infos = (await backend.provider.list?.(LIST_LIMIT)) ?? [];
    const released = infos
      .filter((info) => info.owner === owner)
      .map(async (info) => {
        const leaseMs = Math.max(1, info.expiresAtMs - info.acquiredAtMs);
        const released = await backend.store.release(info, leaseMs);
        for (const lock of this.acquisitions.held) {
          if (lock.request.token === info.token) lock.lose('releaseAll has released it');
        }
        return released;
      });
    return (await Promise.all(released)).filter(Boolean).length;
  }

  /**
   * What is held now, by whichever process, at most `limit` (10,000) locks.
   * @throws LockUnavailableError; LockUsageError from a provider without `inspection`
   */
  async list({ limit = LIST_LIMIT, provider }: { limit?: number; provider?: string } = {}): Promise<
    LockInfo[]
  > {
    const { provider: store, queue } = this.backendOf(provider);
    requireAbility(store, 'inspection');
    const infos = (await store.list?.(limit)) ?? [];
    return infos.map((info) => ({ ...info, waiters: info.waiters + queue.waitingFor(info.resource) }));
  }

  /**
   * The value of `load`, which one caller of all processes runs; all others get its value, for `ttlMs`.
   * @throws what `load` throws; LockLoadError when it threw in another process; LockWaitTimeoutError; LockUsageError from a
   *   provider without `sharedValues`
   */
  async singleFlight<T>(key: string, options: SingleFlightOptions, load: Load<T>): Promise<T> {
    if (this.flights) return this.flights.run(key, options, load);
    requireAbility(this.provider, 'sharedValues');
    throw new LockUsageError([key], `The lock provider "${this.provider.name}" has no values.`);
  }

  /**
   * Refuses at once what every call with these options would be refused for.
   * @param resources those that are known already
   * @throws LockUsageError
   */
  check(options: AcquireOptions, resources: readonly string[] = []): void {
    requireOptions(this.backendOf(options.provider).provider, resources, options);
    requireMilliseconds(resources, 'waitMs', options.waitMs);
  }

  /** Ends every waiting call with LockAbortedError, aborts the signals of the locks that are held, and gives them back. */
  close(): Promise<void> {
    this.closing ??= this.endEverything();
    return this.closing;
  }

  private async endEverything(): Promise<void> {
    await this.acquisitions.close();
    await Promise.all([...this.backends.values()].map(({ store }) => store.close()));
  }

  private singleFlights(values: SharedValues): SingleFlight {
    const about = (key: string) => ({ provider: this.provider.name, resources: [key] });
    return new SingleFlight({
      locks: this,
      values,
      onRefreshError: (key, error) => this.events.tell('refreshFailed', () => ({ ...about(key), error })),
      onUnshared: (key, error) => this.events.tell('unshared', () => ({ ...about(key), error })),
    });
  }

  private backendOf(name: string | undefined): Backend {
    const backend = name === undefined ? this.backend : this.backends.get(name);
    if (backend) return backend;
    const known = [...this.backends.keys()].join(', ');
    throw new LockUsageError([], `There is no lock provider "${name}"; there is ${known}.`);
  }

  private async acquireHandle(
    resources: string | readonly string[],
    options: AcquireOptions,
  ): Promise<{ lock: Lock; held: HeldLock }> {
    const backend = this.backendOf(options.provider);
    const mayQueue = options.waitMs > 0 && !options.retry;
    const request = this.requests.make(backend.provider, resources, options, { mayQueue });
    requireMilliseconds(request.resources, 'waitMs', options.waitMs);
    if (options.retry) requireTries(request.resources, options.retry.tries);
    if (options.reentrant) {
      const outer = enclosing(request.resources, (lock) => lock.isOf(backend.store));
      if (outer && outer.request.permits !== request.permits) {
        throw new LockUsageError(
          request.resources,
          'A re-entry holds what the lock around it holds: it has no other permits.',
        );
      }
      if (outer) return { lock: outer.reenter(), held: outer };
    }
    const held = await this.acquisitions.acquire(backend, request, options);
    return { lock: held, held };
  }
}

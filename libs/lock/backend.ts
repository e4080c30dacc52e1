import { LockUnavailableError } from './errors.js';
import { Heirs } from './heirs.js';
import { LocalQueue } from './local-queue.js';
import { LockStore } from './lock-store.js';
import type { LockProvider } from './provider.js';
import type { WaitLimit } from './wait-limit.js';

/** One provider with the waiters of this process. */
export class Backend {
  readonly provider: LockProvider;
  readonly store: LockStore;
  readonly queue: LocalQueue;
  readonly heirs = new Heirs();
  /** Of the calls that are under way. */
  readonly limits = new Set<WaitLimit>();

  constructor(
    name: string,
    provider: LockProvider,
    { breakerOpenMs, maxWaiting }: { breakerOpenMs: number; maxWaiting: number },
  ) {
    this.provider = provider;
    this.queue = new LocalQueue({ maxWaiting });
    this.store = new LockStore(provider, {
      name,
      breakerOpenMs,
      onUnavailable: (cause) => this.failWaiting(cause),
    });
  }

  /** Whoever waits while the store is away would only find out later, one command timeout after another. */
  private failWaiting(cause: unknown): void {
    for (const limit of this.limits) limit.fail(new LockUnavailableError(limit.resources, cause, 'none'));
  }
}

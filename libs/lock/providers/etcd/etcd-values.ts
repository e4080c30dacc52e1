import type { SharedValues } from '../../provider.js';
import { isLeaseGone, unavailable } from './etcd-errors.js';
import type { EtcdStore } from './store.js';
import { run } from './transaction.js';

interface SharedValue {
  readonly value: string;
  readonly ttlMs: number;
  readonly endsAtMs: number;
}

/**
 * Values that end by the wall clock of who reads them, but never later than a few seconds after their time, when etcd ends
 * them: they are a cache.
 */
export class EtcdValues implements SharedValues {
  private readonly store: EtcdStore;
  private readonly commandTimeoutMs: number;

  constructor(store: EtcdStore, commandTimeoutMs: number) {
    this.store = store;
    this.commandTimeoutMs = commandTimeoutMs;
  }

  /** @throws LockUnavailableError; the others too */
  get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    return this.inTime(key, async (deadline) => {
      const [reading] = await this.store.client.apply([run.read(this.store.keys.value(key))], deadline);
      const [found] = reading?.entries ?? [];
      if (!found) return undefined;
      const { value, ttlMs, endsAtMs } = JSON.parse(found.value) as SharedValue;
      const remainingMs = Math.min(ttlMs, endsAtMs - Date.now()); // by a clock that is behind it lasts no longer
      return remainingMs > 0 ? { value, remainingMs } : undefined;
    });
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    const startedAt = performance.now();
    return this.inTime(key, async (deadline) => {
      const { leases, client, keys } = this.store;
      const lease = await leases.take(ttlMs, deadline);
      await leases.renew(lease, startedAt, deadline);
      const shared: SharedValue = { value, ttlMs, endsAtMs: Date.now() + ttlMs };
      await client.apply([run.put(keys.value(key), JSON.stringify(shared), lease.id)], deadline);
    });
  }

  delete(key: string): Promise<void> {
    return this.inTime(key, async (deadline) => {
      await this.store.client.apply([run.remove({ key: this.store.keys.value(key) })], deadline);
    });
  }

  private async inTime<T>(key: string, work: (deadline: number) => Promise<T>): Promise<T> {
    try {
      return await work(performance.now() + this.commandTimeoutMs);
    } catch (error) {
      if (isLeaseGone(error)) this.store.leases.forget();
      throw unavailable([key], error);
    }
  }
}

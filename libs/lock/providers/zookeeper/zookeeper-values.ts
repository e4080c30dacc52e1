import type { SharedValues } from '../../provider.js';
import { ANY_VERSION } from './messages.js';
import { valueRecordOf, type ValueRecord } from './records.js';
import type { ZooKeeperStore } from './store.js';
import { unavailable, unlessItChanged } from './zookeeper-errors.js';

/** Values that end by the clock that stamped them. What is left of them is swept away later. */
export class ZooKeeperValues implements SharedValues {
  private readonly store: ZooKeeperStore;
  private readonly commandTimeoutMs: number;

  constructor(store: ZooKeeperStore, commandTimeoutMs: number) {
    this.store = store;
    this.commandTimeoutMs = commandTimeoutMs;
  }

  /** @throws LockUnavailableError; the others too */
  get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    return this.inTime(key, async (path, deadline) => {
      const node = await this.store.read(path, { decode: valueRecordOf, deadline });
      if (!node) return undefined;
      const { value, ttlMs } = node.data;
      const remainingMs = ttlMs - node.ageMs;
      return remainingMs > 0 ? { value, remainingMs } : undefined;
    });
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    return this.inTime(key, async (path, deadline) => {
      const data = JSON.stringify({ value, ttlMs } satisfies ValueRecord);
      const set = { set: path, data, version: ANY_VERSION };
      const isSet = await unlessItChanged(this.store.commit([set], deadline));
      if (isSet) return;
      const isCreated = await unlessItChanged(this.store.commit([{ create: path, data }], deadline));
      if (!isCreated) await this.store.commit([set], deadline);
    });
  }

  delete(key: string): Promise<void> {
    return this.inTime(key, async (path, deadline) => {
      await unlessItChanged(this.store.commit([{ remove: path, version: ANY_VERSION }], deadline));
    });
  }

  private async inTime<T>(key: string, work: (path: string, deadline: number) => Promise<T>): Promise<T> {
    try {
      return await work(this.store.paths.value(key), performance.now() + this.commandTimeoutMs);
    } catch (error) {
      throw unavailable([key], error);
    }
  }
}

import type { LockInfo } from '../../provider.js';
import { entryOf, type Entry } from './entries.js';
import type { EtcdStore } from './store.js';
import { run } from './transaction.js';

/** Entries of queues that are looked at; what lies beyond is not listed. */
const MAX_ENTRIES = 100_000;

/** The locks that are held, with those who wait for them, all of one moment. */
export async function listLocks(store: EtcdStore, limit: number, deadline: number): Promise<LockInfo[]> {
  const [found] = await store.client.apply([run.oldest(store.keys.everyQueue, MAX_ENTRIES)], deadline);
  const byResource = new Map<string, Entry[]>();
  for (const entry of (found?.entries ?? []).map(entryOf)) {
    if (store.queues.restMs(entry) <= 0) continue;
    const resource = store.keys.resourceOf(entry.key);
    byResource.set(resource, [...(byResource.get(resource) ?? []), entry]);
  }
  const locks: LockInfo[] = [];
  for (const [resource, entries] of byResource) {
    const waiters = entries.filter(({ fence }) => fence === null).length;
    for (const { token, owner, fence, permits, acquiredAtMs, writtenAtMs, lifeMs } of entries) {
      if (fence === null) break; // from here on they wait
      if (locks.length >= limit) return locks;
      locks.push({
        ...{ resource, resources: [resource], token, owner, fence, acquiredAtMs, waiters },
        ...(permits > 1 ? { permits } : {}),
        expiresAtMs: writtenAtMs + lifeMs,
      });
    }
  }
  return locks;
}

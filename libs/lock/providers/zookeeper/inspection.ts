import type { LockInfo } from '../../provider.js';
import { decoded } from './paths.js';
import { lockStateOf } from './records.js';
import type { ZooKeeperStore } from './store.js';

/** Nodes that are read at once. */
const BATCH = 200;

/** The locks that are held, with those who wait for them, each of the moment in which it is read. */
export async function listLocks(store: ZooKeeperStore, limit: number, deadline: number): Promise<LockInfo[]> {
  const locks: LockInfo[] = [];
  const names = await store.children(store.paths.locks, deadline);
  for (let start = 0; start < names.length && locks.length < limit; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const found = await Promise.all(batch.map((name) => infosOf(store, name, deadline)));
    locks.push(...found.flat());
  }
  return locks.slice(0, limit);
}

/** One for each that holds it. */
async function infosOf(store: ZooKeeperStore, name: string, deadline: number): Promise<LockInfo[]> {
  const node = await store.read(`${store.paths.locks}/${name}`, { decode: lockStateOf, deadline });
  const resource = decoded(name);
  if (!node || resource === undefined) return [];
  const { permits } = node.data;
  const { mtimeMs, childCount: waiters } = node.stat;
  const holders = await store.holdersOf(node, deadline);
  return holders.map(({ token, owner, fence, acquiredAtMs, leaseMs, written }) => ({
    ...{ resource, resources: [resource], token, owner, fence, acquiredAtMs, waiters },
    ...(permits > 1 ? { permits } : {}),
    expiresAtMs: (written?.mtimeMs ?? mtimeMs) + leaseMs,
  }));
}

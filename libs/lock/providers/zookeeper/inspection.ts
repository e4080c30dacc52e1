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
    const found = await Promise.all(batch.map((name) => infoOf(store, name, deadline)));
    locks.push(...found.filter((info) => info !== undefined));
  }
  return locks.slice(0, limit);
}

async function infoOf(store: ZooKeeperStore, name: string, deadline: number): Promise<LockInfo | undefined> {
  const node = await store.read(`${store.paths.locks}/${name}`, { decode: lockStateOf, deadline });
  const { held, fence } = node?.data ?? {};
  if (!node || !held || fence === undefined || node.ageMs >= held.leaseMs) return undefined;
  const { token, owner, leaseMs, acquiredAtMs } = held;
  const { mtimeMs, childCount } = node.stat;
  const resource = decoded(name);
  if (resource === undefined) return undefined;
  return {
    resource,
    resources: [resource],
    token,
    owner,
    fence,
    acquiredAtMs,
    expiresAtMs: mtimeMs + leaseMs,
    waiters: childCount,
  };
}

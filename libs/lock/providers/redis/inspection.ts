import type { Redis } from 'ioredis';
import type { LockInfo } from '../../provider.js';
import type { LockKeys } from './keys.js';

const KEYS_PER_STEP = 500;

/** Goes through the keyspace step by step, so that Redis serves others in between; a lock may end meanwhile. */
export async function listLocks(client: Redis, keys: LockKeys, limit: number): Promise<LockInfo[]> {
  const locks = new Map<string, LockInfo>();
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', keys.everyLock, 'COUNT', KEYS_PER_STEP);
    for (const lock of await readLocks(client, keys, found)) locks.set(lock.resource, lock);
    cursor = next;
  } while (cursor !== '0' && locks.size < limit);
  return [...locks.values()].slice(0, limit);
}

async function readLocks(client: Redis, keys: LockKeys, lockKeys: readonly string[]): Promise<LockInfo[]> {
  if (lockKeys.length === 0) return [];
  const pipeline = client.pipeline().time();
  const resources = lockKeys.flatMap((key) => keys.resourceOf(key) ?? []);
  for (const resource of resources) {
    const lock = keys.lock(resource);
    pipeline.get(lock).pttl(lock).zcard(keys.queue(resource));
  }
  const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  const [seconds = 0, microseconds = 0] = (replies[0] as [string, string]).map(Number);
  const nowMs = seconds * 1_000 + microseconds / 1_000;
  return resources.flatMap((resource, index) => {
    const [value, pttlMs, waiters] = replies.slice(1 + 3 * index) as [string | null, number, number];
    if (value === null || pttlMs < 0) return []; // ended meanwhile
    const [token = '', fence, acquiredAtUs, , ...owner] = value.split(' '); // as pieces/lock.lua writes it
    return [
      {
        resource,
        resources: [resource],
        token,
        owner: owner.join(' '),
        fence: Number(fence),
        acquiredAtMs: Math.floor(Number(acquiredAtUs) / 1_000),
        expiresAtMs: Math.floor(nowMs + pttlMs),
        waiters,
      },
    ];
  });
}

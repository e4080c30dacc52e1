import type { Redis } from 'ioredis';
import type { LockInfo } from '../../provider.js';
import { permitsIn, type LockKeys } from './keys.js';

const KEYS_PER_STEP = 500;

/**
 * Goes through the keyspace of each server step by step, so that Redis serves others in between; a lock may end meanwhile.
 * It fails when it meets a slot of a Cluster that moves away.
 */
export async function listLocks(
  servers: readonly Redis[],
  keys: LockKeys,
  limit: number,
): Promise<LockInfo[]> {
  const locks = new Map<string, LockInfo[]>();
  for (const server of servers) {
    let cursor = '0';
    do {
      const [next, found] = await server.scan(cursor, 'MATCH', keys.everyLock, 'COUNT', KEYS_PER_STEP);
      const met = await readLocks(server, keys, found);
      for (const { resource } of met) locks.set(resource, []); // a key may be met twice
      for (const lock of met) locks.get(lock.resource)?.push(lock);
      cursor = next;
    } while (cursor !== '0' && locks.size < limit);
  }
  return [...locks.values()].flat().slice(0, limit);
}

async function readLocks(server: Redis, keys: LockKeys, lockKeys: readonly string[]): Promise<LockInfo[]> {
  if (lockKeys.length === 0) return [];
  const pipeline = server.pipeline().time();
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
  const found = resources.map(async (resource, index) => {
    const [value, pttlMs, waiters] = replies.slice(1 + 3 * index) as [string | null, number, number];
    if (value === null || pttlMs < 0) return []; // ended meanwhile
    const permits = permitsIn(value);
    if (permits !== undefined) {
      const holders = await readHolders(server, keys.permits(resource));
      return holders.flatMap((holder) =>
        holder.expiresAtMs > nowMs ? { ...infoOf({ ...holder, resource, waiters }), permits } : [],
      );
    }
    const [token = '', ...text] = value.split(' '); // as pieces/lock.lua writes it
    return [infoOf({ resource, token, text, expiresAtMs: Math.floor(nowMs + pttlMs), waiters })];
  });
  return (await Promise.all(found)).flat();
}

async function readHolders(
  server: Redis,
  { holders, shares }: ReturnType<LockKeys['permits']>,
): Promise<{ token: string; text: string[]; expiresAtMs: number }[]> {
  const ends = await server.zrange(holders, 0, -1, 'WITHSCORES');
  const tokens = ends.filter((_, index) => index % 2 === 0);
  if (tokens.length === 0) return [];
  const texts = await server.hmget(shares, ...tokens); // as pieces/permits.lua writes it
  return tokens.flatMap((token, index) => {
    const text = texts[index]?.split(' ');
    return text ? { token, text, expiresAtMs: Number(ends[2 * index + 1]) } : [];
  });
}

/** @param text fence, time of the acquisition in microseconds, channel, owner */
function infoOf({
  resource,
  token,
  text: [fence, acquiredAtUs, , ...owner],
  expiresAtMs,
  waiters,
}: Pick<LockInfo, 'resource' | 'token' | 'expiresAtMs' | 'waiters'> & { text: string[] }): LockInfo {
  return {
    resource,
    resources: [resource],
    token,
    owner: owner.join(' '),
    fence: Number(fence),
    acquiredAtMs: Math.floor(Number(acquiredAtUs) / 1_000),
    expiresAtMs,
    waiters,
  };
}

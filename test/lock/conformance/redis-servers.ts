import type { Redis } from 'ioredis';
import type { LockAbility } from '#lock';
import type { RedisLockProvider } from '#lock/redis';
import type { StoreRefusal } from '#lock/conformance';

/** What the provider for one Redis, Sentinel and Cluster has to state. */
export const REDIS_ABILITIES: readonly LockAbility[] = [
  'distributed',
  'fencing',
  'fair',
  'contentionEvents',
  'handOver',
  'inspection',
  'sharing',
  'sharedValues',
  'replicaAcks',
];

/** How many processes have subscribed to what their locks are told. */
export async function countListeners(servers: readonly Redis[], prefix: string): Promise<number> {
  const channels = await Promise.all(servers.map((server) => server.pubsub('CHANNELS', `${prefix}*`)));
  return channels.flat().length;
}

/** @param servers those that write */
export function outOfMemory(servers: () => Promise<readonly Redis[]>): StoreRefusal {
  const setAll = async (name: string, value: string): Promise<void> => {
    for (const server of await servers()) await server.config('SET', name, value);
  };
  return {
    name: 'OOM',
    message: /OOM/,
    begin: async () => {
      await setAll('maxmemory-policy', 'noeviction');
      await setAll('maxmemory', '1');
    },
    end: () => setAll('maxmemory', '0'),
  };
}

/** Where a provider with this prefix keeps the lock. */
export function lockKeyOf(prefix: string, resource: string): string {
  const [tag = '', ...rest] = resource.split(':');
  return `${prefix}lock:${[`{${tag}}`, ...rest].join(':')}`;
}

const TRIES = 3;

/**
 * To find the servers of a group takes a busy machine longer than a command may take, which no case is about. While they
 * are away nobody waits for them for long.
 */
export async function connected(provider: RedisLockProvider): Promise<RedisLockProvider> {
  const isThere = () =>
    provider.list(1).then(
      () => true,
      () => false,
    );
  for (let tries = 1; tries <= TRIES && !(await isThere()); tries += 1);
  return provider;
}

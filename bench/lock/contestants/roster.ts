/** Ours, what it is measured against, and our other providers; in the order of the tables. */
export const OURS = 'ours';
export const BARE = 'bare';
export const PEERS = ['redlock', 'redis-semaphore', 'medusa'] as const;
export const OUR_OTHERS = [
  'ours-redlock-3',
  'ours-redlock-5',
  'ours-postgres',
  'ours-etcd',
  'ours-zookeeper',
  'ours-memory',
] as const;
export const CONTESTANTS = [OURS, BARE, ...PEERS, ...OUR_OTHERS] as const;

export type ContestantName = (typeof CONTESTANTS)[number];
export type OurName = typeof OURS | (typeof OUR_OTHERS)[number];

export const ABOUT: Readonly<Record<ContestantName, string>> = {
  ours: 'LockManager with RedisLockProvider',
  bare: 'SET NX PX and compare-and-delete in Lua through ioredis; polls every 5–15 ms',
  redlock: 'redlock 5 beta on one node, 20–40 ms between tries',
  'redis-semaphore': 'its Mutex, 20 ms between tries',
  medusa: '@medusajs/locking-redis, its own 20 ms that double up to 1 s, with jitter',
  'ours-redlock-3': 'LockManager with RedlockProvider on 3 nodes',
  'ours-redlock-5': 'LockManager with RedlockProvider on 5 nodes',
  'ours-postgres': 'LockManager with PostgresLockProvider',
  'ours-etcd': 'LockManager with EtcdLockProvider on one member',
  'ours-zookeeper': 'LockManager with ZooKeeperLockProvider on one server',
  'ours-memory': 'LockManager with MemoryLockProvider (one process)',
};

export function isPeer(name: ContestantName): boolean {
  return (PEERS as readonly string[]).includes(name);
}

export function isOurOther(name: ContestantName): boolean {
  return (OUR_OTHERS as readonly string[]).includes(name);
}

/** How many Redis servers a contestant needs. */
export function redisNodesOf(name: ContestantName): number {
  if (name === 'ours-redlock-5') return 5;
  return name === 'ours-redlock-3' ? 3 : 1;
}

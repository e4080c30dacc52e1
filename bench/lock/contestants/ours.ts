import { LockManager, type LockProvider } from '#lock';
import { EtcdLockProvider } from '#lock/etcd';
import { MemoryLockProvider } from '#lock/memory';
import { PostgresLockProvider } from '#lock/postgres';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { ZooKeeperLockProvider } from '#lock/zookeeper';
import { LEASE_MS, WAIT_MS, WATCHED_LEASE_MS, type Contestant, type Servers } from './contestant.js';
import type { OurName } from './roster.js';

/** A busy machine is no reason to call the store away. */
const COMMAND_TIMEOUT_MS = 3_000;
/** The nodes were started for the run: they have lost no lock whose lease would have to be waited for. */
const RESTART_DELAY_MS = 0;

export function openOurs(name: OurName, servers: Servers): Contestant {
  const locks = new LockManager(providerOf(name, servers));
  const acquire = async (key: string, leaseMs: number) => {
    const lock = await locks.acquire(key, { leaseMs, waitMs: WAIT_MS });
    return () => lock.release();
  };
  return {
    acquire: (key) => acquire(key, LEASE_MS),
    hold: (key) => acquire(key, WATCHED_LEASE_MS),
    close: () => locks.close(),
  };
}

function providerOf(name: OurName, servers: Servers): LockProvider {
  const { redisUrls, postgresUrl = '', etcdUrl = '', zookeeperUrl = '' } = servers;
  switch (name) {
    case 'ours':
      return new RedisLockProvider({ url: redisUrls[0] ?? '', commandTimeoutMs: COMMAND_TIMEOUT_MS });
    case 'ours-redlock-3':
      return new RedlockProvider({ urls: redisUrls.slice(0, 3), restartDelayMs: RESTART_DELAY_MS });
    case 'ours-redlock-5':
      return new RedlockProvider({ urls: redisUrls.slice(0, 5), restartDelayMs: RESTART_DELAY_MS });
    case 'ours-postgres':
      return new PostgresLockProvider({
        connectionString: postgresUrl,
        commandTimeoutMs: COMMAND_TIMEOUT_MS,
      });
    case 'ours-etcd':
      return new EtcdLockProvider({ urls: [etcdUrl], commandTimeoutMs: COMMAND_TIMEOUT_MS });
    case 'ours-zookeeper':
      return new ZooKeeperLockProvider({ urls: [zookeeperUrl], commandTimeoutMs: COMMAND_TIMEOUT_MS });
    case 'ours-memory':
      return new MemoryLockProvider();
  }
}

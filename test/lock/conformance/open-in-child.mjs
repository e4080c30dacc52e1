// How a child process of the suite opens our providers: by the name of the class, and its options as JSON.
import { EtcdLockProvider } from '../../../dist/libs/lock/providers/etcd/index.js';
import { MemoryLockProvider } from '../../../dist/libs/lock/providers/memory/index.js';
import { PostgresLockProvider } from '../../../dist/libs/lock/providers/postgres/index.js';
import { RedisLockProvider } from '../../../dist/libs/lock/providers/redis/index.js';
import { RedlockProvider } from '../../../dist/libs/lock/providers/redlock/index.js';
import { ZooKeeperLockProvider } from '../../../dist/libs/lock/providers/zookeeper/index.js';

const PROVIDERS = {
  EtcdLockProvider,
  MemoryLockProvider,
  PostgresLockProvider,
  RedisLockProvider,
  RedlockProvider,
  ZooKeeperLockProvider,
};

export function openProvider({ provider, options }) {
  return new PROVIDERS[provider](options);
}

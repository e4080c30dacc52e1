import { type LockProvider } from '#lock';
import { EtcdLockProvider } from '#lock/etcd';
import { MemoryLockProvider } from '#lock/memory';
import { LockMetrics } from '#lock/metrics';
import { type LockModuleOptions } from '#lock/nest';
import { PostgresLockProvider } from '#lock/postgres';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { ZooKeeperLockProvider } from '#lock/zookeeper';
import { redisAddressOf, type Metrics, type WorkerConfig } from '#platform';

type ProviderName = WorkerConfig['lockProvider'] | Exclude<WorkerConfig['lockFallback'], 'none'>;

/** What LOCK_PROVIDER and LOCK_FALLBACK choose from. */
const LOCK_PROVIDERS: Record<ProviderName, (config: WorkerConfig, maxLeaseMs: number) => LockProvider> = {
  redis: (config) => new RedisLockProvider({ ...redisAddressOf(config), keyPrefix: config.redisKeyPrefix }),
  redlock: ({ redlockUrls, redisKeyPrefix: keyPrefix, redisCa: ca }, maxLeaseMs) =>
    new RedlockProvider({ urls: redlockUrls, keyPrefix, tls: { ca }, maxLeaseMs }),
  postgres: ({ databaseUrl }) => new PostgresLockProvider({ connectionString: databaseUrl }),
  etcd: ({ etcdUrls: urls, redisKeyPrefix }) =>
    new EtcdLockProvider({ urls, keyPrefix: `${redisKeyPrefix}lock/` }),
  zookeeper: ({ zookeeperUrls: urls, redisKeyPrefix }) =>
    new ZooKeeperLockProvider({ urls, root: `/${redisKeyPrefix}lock` }),
  memory: () => new MemoryLockProvider(),
};

/** The provider that LOCK_PROVIDER names, for who only looks. */
export function openLockProvider(config: WorkerConfig): LockProvider {
  return LOCK_PROVIDERS[config.lockProvider](config, 0);
}

/**
 * The locks of a process as its configuration wants them.
 * @param maxLeaseMs no lease of the process is longer; so long a quorum trusts no node that has just started, and a fallback
 * waits a little longer
 */
export function lockOptions(maxLeaseMs: number) {
  return (config: WorkerConfig, { registry }: Metrics): LockModuleOptions => {
    const { lockProvider, lockFallback } = config;
    const providerOf = (name: ProviderName) => LOCK_PROVIDERS[name](config, maxLeaseMs);
    return {
      provider: providerOf(lockProvider),
      ...(lockFallback === 'none' ? {} : { fallback: { provider: providerOf(lockFallback), maxLeaseMs } }),
      metrics: new LockMetrics({ registry }),
    };
  };
}

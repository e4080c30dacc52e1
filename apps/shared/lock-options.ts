import { type LockProvider } from '#lock';
import { MemoryLockProvider } from '#lock/memory';
import { LockMetrics } from '#lock/metrics';
import { type LockModuleOptions } from '#lock/nest';
import { PostgresLockProvider } from '#lock/postgres';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import type { Metrics, WorkerConfig } from '#platform';

/** No lease of this service is longer. So long a quorum trusts no node that has just started, and a fallback waits a little longer. */
const MAX_LEASE_MS = 10_000;

type ProviderName = WorkerConfig['lockProvider'] | Exclude<WorkerConfig['lockFallback'], 'none'>;

/** What LOCK_PROVIDER and LOCK_FALLBACK choose from. */
const LOCK_PROVIDERS: Record<ProviderName, (config: WorkerConfig) => LockProvider> = {
  redis: ({ redisUrl }) => new RedisLockProvider({ url: redisUrl }),
  redlock: ({ redlockUrls }) => new RedlockProvider({ urls: redlockUrls, maxLeaseMs: MAX_LEASE_MS }),
  postgres: ({ databaseUrl }) => new PostgresLockProvider({ connectionString: databaseUrl }),
  memory: () => new MemoryLockProvider(),
};

export function lockOptions(config: WorkerConfig, { registry }: Metrics): LockModuleOptions {
  const { lockProvider, lockFallback } = config;
  return {
    provider: LOCK_PROVIDERS[lockProvider](config),
    ...(lockFallback === 'none'
      ? {}
      : { fallback: { provider: LOCK_PROVIDERS[lockFallback](config), maxLeaseMs: MAX_LEASE_MS } }),
    metrics: new LockMetrics({ registry }),
  };
}

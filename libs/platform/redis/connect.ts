import { Redis } from 'ioredis';

/**
 * A client for what may fail at once and be done without: commands end within `commandTimeoutMs`, and never wait for a
 * connection; a lost one is tried again for ever. Not connected yet.
 */
export function createRedis(url: string, { commandTimeoutMs }: { readonly commandTimeoutMs: number }): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    keepAlive: 5_000,
    retryStrategy: (attempt) => Math.min(10 * 2 ** attempt, 200) * (0.5 + Math.random() / 2),
  });
  redis.on('error', () => undefined); // the command that meets it reports it; unheard, ioredis would print it
  return redis;
}

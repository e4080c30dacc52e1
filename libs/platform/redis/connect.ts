import type { EventEmitter } from 'node:events';
import { openRedis, type RedisAddress, type RedisClient } from '#lock/redis';
import type { Config } from '../config/config.js';

/** Where a deployment's keys lie. */
export type RedisSettings = Pick<Config, 'redisUrl' | 'redisKeyPrefix'> &
  Partial<Pick<Config, 'redisCa' | 'redisSentinelUrls' | 'redisSentinelName' | 'redisClusterUrls'>>;

/** One Redis, the primary of a group, or a Cluster, as the settings have it. */
export function redisAddressOf(settings: RedisSettings): RedisAddress {
  return {
    url: settings.redisUrl,
    tls: { ca: settings.redisCa },
    sentinels: settings.redisSentinelUrls,
    name: settings.redisSentinelName,
    cluster: settings.redisClusterUrls,
  };
}

/**
 * A client for what may fail at once and be done without: commands end within `commandTimeoutMs`, and never wait for a
 * connection; a lost one is tried again for ever. Every key that it is given gets the deployment's prefix. Not connected yet.
 */
export function createRedis(
  settings: RedisSettings,
  { commandTimeoutMs }: { readonly commandTimeoutMs: number },
): RedisClient {
  const redis = openRedis(redisAddressOf(settings), {
    keyPrefix: settings.redisKeyPrefix,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true, // its user may do no more than is needed
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    keepAlive: 5_000,
    retryStrategy: (attempt) => Math.min(10 * 2 ** attempt, 200) * (0.5 + Math.random() / 2),
    reconnectOnError: (error) => error.message.startsWith('READONLY'), // another one is the primary now
  });
  const events: EventEmitter = redis;
  events.on('error', () => undefined); // the command that meets it reports it; unheard, ioredis would print it
  return redis;
}

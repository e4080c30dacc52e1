import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Redis } from 'ioredis';
import { startPostgres, startRedis, startService } from '#local';
import { migrate, SETTINGS, STRATEGIES, type Setting } from '#platform';
import { readPostgresVersion } from '../checker/database-snapshot.js';
import { InterruptedError, throwIfAborted, UsageError } from '../errors.js';
import { ServerStack } from './server-stack.js';
import type { Target, TargetStart } from './target.js';

/** Where the harness decides itself; any other setting of the service is taken from the environment. */
const OWN_SETTINGS = new Set(['HOST', 'PORT', 'NODE_ENV', 'DATABASE_URL', 'REDIS_URL']);

/** @throws UsageError for an unknown strategy, LocalError when a server does not start, InterruptedError */
export async function startOwnTarget(strategyName: string | undefined, start: TargetStart): Promise<Target> {
  const strategy = strategyName ?? SETTINGS.strategy.default ?? '';
  if (!STRATEGIES.some((name) => name === strategy))
    throw new UsageError(
      `--strategy expects one of ${STRATEGIES.join(', ')}, not ${JSON.stringify(strategy)}.`,
    );
  const servers = new ServerStack();
  try {
    return await startServers(strategy, servers, start);
  } catch (error) {
    await servers.stop();
    throw start.signal.aborted ? new InterruptedError() : error;
  }
}

async function startServers(strategy: string, servers: ServerStack, start: TargetStart): Promise<Target> {
  const { directory, print, signal } = start;
  print('Starting PostgreSQL, Redis and the service …');
  const postgres = await startPostgres({ directory: path.join(directory, 'postgres') });
  servers.add(postgres, 'SIGQUIT'); // ends its children as well
  throwIfAborted(signal);
  const redis = servers.add(await startRedis({ directory: path.join(directory, 'redis'), print }));
  throwIfAborted(signal);
  await migrate(postgres.url);
  throwIfAborted(signal);
  const adminKey = randomBytes(24).toString('hex');
  const env: Record<string, string> = {
    LOG_LEVEL: 'warn',
    RATE_LIMIT_BUYER: 'off', // some scenarios are one buyer who asks too often
    ...settingsFromEnvironment(),
    RESERVATION_STRATEGY: strategy,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    BUYER_JWT_SECRET: randomBytes(24).toString('hex'),
    ADMIN_API_KEY: adminKey,
    GUEST_BUYERS: 'true',
  };
  const service = servers.add(await startService({ env, signal }));
  let ended = false;
  void service.exited.then(() => {
    ended = true;
  });
  return {
    url: service.url,
    adminKey,
    databaseUrl: postgres.url,
    strategy,
    orderDeadlineMs: Number(env.ORDER_DEADLINE_MS ?? SETTINGS.orderDeadlineMs.default),
    versions: { postgres: await readPostgresVersion(postgres.url), redis: await readRedisVersion(redis.url) },
    logs: () => service.logs(),
    ended: () => ended,
    stop: () => servers.stop(),
  };
}

/** So that `LANE_CAPACITY=500 npm run load` measures what it says. */
function settingsFromEnvironment(): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const { variable } of Object.values<Setting<unknown>>(SETTINGS)) {
    const value = process.env[variable];
    if (value !== undefined && !OWN_SETTINGS.has(variable)) settings[variable] = value;
  }
  return settings;
}

/** @returns such as `7.0.15` */
export async function readRedisVersion(url: string): Promise<string> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  try {
    const info = await redis.info('server');
    return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}

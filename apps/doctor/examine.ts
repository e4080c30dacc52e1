import type { Config, RedisSettings } from '#platform';
import { checkClocks } from './checks/clocks.js';
import { checkHost } from './checks/host.js';
import { checkLockServer, checkLockServers } from './checks/lock-servers.js';
import { checkPostgres } from './checks/postgres.js';
import { checkProcesses } from './checks/processes.js';
import { checkRecord } from './checks/record.js';
import { checkRedis } from './checks/redis.js';
import { checkSales } from './checks/sales.js';
import { checkSettings } from './checks/settings.js';
import { readHost } from './facts/host.js';
import { lockServersOf, readLockServer } from './facts/lock-server.js';
import { readPostgres } from './facts/postgres.js';
import { readProcess } from './facts/process.js';
import { readRedis } from './facts/redis.js';
import type { Finding } from './finding.js';
import type { DoctorOptions } from './options.js';

/** Reads what there is to know, and holds it against what a sale needs. It changes nothing. Never rejects. */
export async function examine(config: Config, options: DoctorOptions): Promise<Finding[]> {
  const [postgres, redis, lockServers, processes] = await Promise.all([
    attempt('postgresql connection', 'DATABASE_URL', () => readPostgres(config)),
    Promise.all(
      redisNodes(config).map(({ name, settings }) =>
        attempt(`${name} connection`, name, () => readRedis(name, settings)),
      ),
    ),
    Promise.all(
      lockServersOf(config).map((server) =>
        attempt(`${server.name} connection`, server.variable, () => readLockServer(server)),
      ),
    ),
    Promise.all(options.urls.map(readProcess)),
  ]);
  const nodes = redis.flatMap((node) => ('verdict' in node ? [] : [node]));
  return [
    ...checkSettings(config),
    ...checkHost(readHost('verdict' in postgres ? undefined : postgres.dataDirectory), config),
    ...('verdict' in postgres
      ? [postgres]
      : [
          ...checkPostgres(postgres, config, options),
          ...checkRecord(postgres.record),
          ...checkSales(postgres.sales),
        ]),
    ...redis.flatMap((node) => ('verdict' in node ? [node] : checkRedis(node, nodes))),
    ...checkLockServers(config.lockProvider, lockServers.length),
    ...lockServers.map((server) => ('verdict' in server ? server : checkLockServer(server))),
    ...checkClocks('verdict' in postgres ? undefined : postgres.clock, nodes),
    ...processes.flatMap(checkProcesses),
  ];
}

/** Those that the settings name: Redis counts the rate limits, wherever the locks live. */
function redisNodes(config: Config): { name: string; settings: RedisSettings }[] {
  const quorum = config.lockProvider === 'redlock' ? config.redlockUrls : [];
  return [
    { name: 'redis', settings: config },
    ...quorum.map((redisUrl, index) => ({
      name: `redlock node ${index + 1}`,
      settings: { redisUrl, redisKeyPrefix: '', redisCa: config.redisCa },
    })),
  ];
}

async function attempt<T>(check: string, where: string, read: () => Promise<T>): Promise<T | Finding> {
  try {
    return await read();
  } catch (error) {
    const found =
      error instanceof Error
        ? error.message || (error as { code?: string }).code || error.name
        : String(error);
    const advice = `Nothing else of it can be seen: is it running, and may this host reach what ${where} names?`;
    return { verdict: 'fail', check, found, advice };
  }
}

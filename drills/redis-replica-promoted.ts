import { Redis } from 'ioredis';
import type { Drill, Ground, Incident, Scene } from './drill.js';
import { FenceWatch } from './fences.js';
import { postgresOf, redisOf } from './servers/stores.js';

const LAG_MS = 300;

/** Replication is asynchronous: the replica lacks the locks that were granted last. */
export const redisReplicaPromoted: Drill = {
  name: 'redis-replica-promoted',
  about: 'kill -9 of the Redis that has the locks; its replica, which lacks the last of them, is promoted',
  prepare,
};

async function prepare(ground: Ground): Promise<Scene> {
  const postgres = await postgresOf(ground);
  const primary = await redisOf(ground, 'redis-primary');
  const replication = await ground.openRelay(primary.port);
  const replica = await redisOf(ground, 'redis-replica', [
    ...['--replicaof', '127.0.0.1', String(replication.port)],
    ...['--repl-diskless-sync-delay', '0'],
  ]);
  const address = await ground.openRelay(primary.port);
  const fences = new FenceWatch();

  async function strike({ lost, note, pause }: Incident): Promise<void> {
    replication.leadTo(); // what is granted from now on, the replica never hears of
    await pause(LAG_MS);
    const missing = (await offsetOf(primary.url)) - (await offsetOf(replica.url));
    await fences.remember(postgres.url);
    lost('Redis is killed');
    await primary.kill();
    await promote(replica.url);
    address.leadTo(replica.port);
    note(`The promoted replica lacked the last ${missing} bytes of its primary's changes.`);
  }

  return {
    env: { DATABASE_URL: postgres.url, REDIS_URL: address.through(primary.url), LOCK_PROVIDER: 'redis' },
    strike,
    recordUrl: () => postgres.url,
    verdicts: async () => [await fences.verdict(postgres.url)],
  };
}

/** How many bytes of changes this server has written or received. */
function offsetOf(url: string): Promise<number> {
  return asking(url, async (redis) => {
    const info = await redis.info('replication');
    const name = info.includes('role:slave') ? 'slave_repl_offset' : 'master_repl_offset';
    return Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1] ?? NaN);
  });
}

function promote(url: string): Promise<unknown> {
  return asking(url, (redis) => redis.replicaof('NO', 'ONE'));
}

async function asking<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

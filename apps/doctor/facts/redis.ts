import { createRedis, type RedisSettings } from '#platform';
import { readClock, type ClockOffset } from './clock.js';

/** What a Redis says of itself. */
export interface RedisFacts {
  /** `redis`, or `redlock node 2`. */
  readonly name: string;
  readonly version: string;
  /** Made anew at each start of a server. */
  readonly runId: string;
  readonly role: string;
  readonly policy: string;
  /** Bytes; 0 where there is no limit. */
  readonly maxMemory: number;
  readonly usedMemory: number;
  readonly clock: ClockOffset;
}

const TIMEOUT_MS = 10_000;

/** Of a Redis Cluster one primary's. @throws the error of ioredis when it cannot be reached */
export async function readRedis(name: string, settings: RedisSettings): Promise<RedisFacts> {
  const redis = createRedis(settings, { commandTimeoutMs: TIMEOUT_MS });
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (wanted: string) => new RegExp(`^${wanted}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    return {
      name,
      version: field('redis_version'),
      runId: field('run_id'),
      role: field('role'),
      policy: field('maxmemory_policy'),
      maxMemory: Number(field('maxmemory')),
      usedMemory: Number(field('used_memory')),
      clock: await readClock(async () => {
        const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number);
        return seconds * 1000 + microseconds / 1000;
      }),
    };
  } finally {
    redis.disconnect();
  }
}

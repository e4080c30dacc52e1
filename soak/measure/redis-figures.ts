import { Redis } from 'ioredis';

/** What Redis holds at a moment. */
export interface RedisFigures {
  readonly keys: number;
  readonly clients: number;
  readonly memoryMb: number;
}

/** @throws the error of ioredis where it is away */
export async function redisFigures(url: string): Promise<RedisFigures> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, commandTimeout: 3_000 });
  redis.on('error', () => undefined); // the command under way reports it
  try {
    await redis.connect();
    const [keys, info] = [await redis.dbsize(), await redis.info()];
    const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN);
    const ours = 1;
    return {
      keys,
      clients: figure('connected_clients') - ours,
      memoryMb: figure('used_memory') / 1024 / 1024,
    };
  } finally {
    redis.disconnect();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, startService, type LocalRedis, type LocalService } from '#local';
import { OPTIONS } from '../support/full-size.js';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';

/** Within 2 s orders go on, and two more are for a busy machine. */
const GOES_ON_MS = 2_000 + 2_000;
const HANGS_MS = OPTIONS.full ? 5_000 : 2_500;
const SILENT_MS = OPTIONS.full ? 5_000 : 2_000;
/** The first keys to go are those whose time is over soonest: the locks. */
const MEMORY = ['--maxmemory-policy', 'volatile-ttl', '--maxmemory-samples', '64'];

let redis: LocalRedis;
let proxy: TcpProxy;
let shop: Shop;
let other: LocalService;

beforeAll(async () => {
  redis = await startRedis({ args: MEMORY });
  proxy = await TcpProxy.start(redis.port);
  const env = { ...LOAD_ENV, REDIS_URL: proxy.through(redis.serviceUrl) };
  shop = await Shop.open(env);
  other = await startService({ env: serviceEnvironment({ ...env, DATABASE_URL: shop.databaseUrl }) });
}, 180_000);

afterAll(async () => {
  await other.stop();
  await shop.close();
  await proxy.close();
  await redis.stop();
});

/** The fence of the newest order; null where it was placed without a lock. */
async function newestFence(itemId: string): Promise<bigint | null> {
  const { rows } = await shop.record.query<{ fence: string | null }>(
    'SELECT fence FROM stock_movement WHERE item_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1',
    [itemId],
  );
  const fence = rows[0]?.fence;
  return fence ? BigInt(fence) : null;
}

/** Orders go on through the fault, and are placed under locks again behind it, with fences that have grown. */
async function survives(fault: (load: Load) => Promise<void>): Promise<void> {
  const load = await Load.start(shop, { replicas: [other, shop.service] });
  const locked = () =>
    eventually(async () => {
      const fence = await newestFence(load.itemId);
      if (fence === null) throw new Error('the newest order was placed without a lock');
      return fence;
    });
  await load.sells(50);
  const before = await locked();
  await fault(load);
  await load.sells(50);
  expect(await locked()).toBeGreaterThanOrEqual(before); // a holder may have kept its lock through it
  await eventually(async () => expect(await locked()).toBeGreaterThan(before));
  const { withoutServiceMs } = await load.end();
  expect(withoutServiceMs).toBeLessThan(GOES_ON_MS);
}

async function tell(url: string, ...commands: string[][]): Promise<void> {
  const client = new Redis(url);
  try {
    for (const [name = '', ...args] of commands) await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

describe('fault: Redis', () => {
  test('FLUSHALL', () => survives(() => tell(redis.url, ['FLUSHALL'])), 60_000);

  test('kill -9', async () => {
    await survives(async (load) => {
      await redis.kill();
      await load.sells(100);
      await eventually(async () => expect(await newestFence(load.itemId)).toBeNull());
      redis = await startRedis({ port: redis.port, args: MEMORY });
    });
  }, 180_000);

  test('restart empty', async () => {
    await survives(async () => {
      await redis.kill();
      redis = await startRedis({ port: redis.port, args: MEMORY });
    });
  }, 180_000);

  test('SIGSTOP 5 s', async () => {
    await survives(async () => {
      redis.pause();
      await sleep(HANGS_MS);
      redis.resume();
    });
  }, 180_000);

  test('replies dropped', async () => {
    await survives(async () => {
      proxy.dropReplies();
      await sleep(SILENT_MS);
      proxy.restore();
    });
  }, 180_000);

  test('a replica promoted without the keys', async () => {
    const link = await TcpProxy.start(redis.port);
    const replica = await startRedis({ args: [...MEMORY, '--replicaof', '127.0.0.1', String(link.port)] });
    try {
      await survives(async () => {
        link.cut(); // what is locked from now on the replica never hears of
        await sleep(500);
        await tell(replica.url, ['REPLICAOF', 'NO', 'ONE']);
        proxy.lead(replica.port);
      });
    } finally {
      proxy.lead(redis.port);
      await link.close();
      await replica.stop();
    }
  }, 180_000);
});

describe('fault: Redis that is full or read-only', () => {
  const FILLER = 'x'.repeat(65_536);

  /** Fills it to its last byte. @returns what it said then */
  async function fill(): Promise<string> {
    const client = new Redis(redis.url);
    try {
      await client.config('SET', 'maxmemory', '16mb');
      for (let n = 0; n < 1_000; n += 1) await client.set(`filler:${n}`, FILLER);
      return 'it took everything';
    } catch (error) {
      return (error as Error).message;
    } finally {
      client.disconnect();
    }
  }

  async function empty(): Promise<void> {
    await tell(redis.url, ['CONFIG', 'SET', 'maxmemory', '0'], ['FLUSHALL']);
  }

  test("evicts the lock's key", async () => {
    await survives(async () => {
      await fill();
      const client = new Redis(redis.url);
      const evicted = /evicted_keys:(\d+)/.exec(await client.info('stats'))?.[1];
      client.disconnect();
      await empty();
      expect(Number(evicted)).toBeGreaterThan(0); // none but locks have a time to live
    });
  }, 180_000);

  test('answers OOM', async () => {
    await survives(async (load) => {
      expect(await fill()).toMatch(/^OOM /);
      await tell(redis.url, ['CONFIG', 'SET', 'maxmemory', '8mb']); // what is freed by the way is not enough for a lock
      await eventually(async () => expect(await newestFence(load.itemId)).toBeNull());
      await load.sells(100);
      await empty();
    });
  }, 180_000);

  test('answers READONLY', async () => {
    await survives(async (load) => {
      await tell(redis.url, ['REPLICAOF', '127.0.0.1', '1']);
      await eventually(async () => expect(await newestFence(load.itemId)).toBeNull());
      await load.sells(100);
      await tell(redis.url, ['REPLICAOF', 'NO', 'ONE']);
    });
  }, 180_000);
});

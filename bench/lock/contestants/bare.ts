import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { LEASE_MS, type Contestant, type Servers } from './contestant.js';

const POLL_MIN_MS = 5;
const POLL_MAX_MS = 15;
const COMPARE_AND_DELETE = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`;

/** The two commands that every lock in Redis needs, and nothing around them: the ceiling. */
export function openBare({ redisUrls: [url = ''] }: Servers): Contestant {
  const client = new Redis(url);
  client.defineCommand('compareAndDelete', { lua: COMPARE_AND_DELETE, numberOfKeys: 1 });
  const scripts = client as unknown as { compareAndDelete(key: string, token: string): Promise<number> };
  return {
    acquire: async (key) => {
      const token = randomUUID();
      while ((await client.set(key, token, 'PX', LEASE_MS, 'NX')) === null) {
        await sleep(POLL_MIN_MS + Math.random() * (POLL_MAX_MS - POLL_MIN_MS));
      }
      return () => scripts.compareAndDelete(key, token);
    },
    close: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

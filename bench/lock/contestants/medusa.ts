import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { requirePeer } from '../peers.js';
import { LEASE_MS, WAIT_MS, WATCHED_LEASE_MS, type Contestant, type Servers } from './contestant.js';

/** What is used of @medusajs/locking-redis 2.21; times are seconds. */
interface MedusaLibrary {
  readonly RedisLockingProvider: new (
    container: { redisClient: Redis; prefix: string },
    options: Readonly<Record<string, unknown>>,
  ) => {
    acquire(key: string, args: { ownerId: string; expire: number; awaitQueue: boolean }): Promise<void>;
    release(key: string, args: { ownerId: string }): Promise<boolean>;
    execute(
      key: string,
      job: () => Promise<void>,
      args: { timeout: number; expire: number },
    ): Promise<unknown>;
  };
}

/** The file alone: the package's entry loads Medusa's container, which the provider does not need. */
const PROVIDER = '@medusajs/locking-redis/dist/services/redis-lock.js';

export function openMedusa({ redisUrls: [url = ''] }: Servers): Contestant {
  const { RedisLockingProvider } = requirePeer(PROVIDER) as MedusaLibrary;
  const client = new Redis(url);
  const provider = new RedisLockingProvider({ redisClient: client, prefix: 'medusa_lock:' }, {});
  return {
    acquire: async (key) => {
      const ownerId = randomUUID();
      await provider.acquire(key, { ownerId, expire: LEASE_MS / 1000, awaitQueue: true });
      return () => provider.release(key, { ownerId });
    },
    hold: (key) =>
      new Promise((resolve, reject) => {
        const job = () => {
          return new Promise<void>((end) => {
            resolve(() => {
              end();
              return ended;
            });
          });
        };
        const times = { timeout: WAIT_MS / 1000, expire: WATCHED_LEASE_MS / 1000 };
        const ended = provider.execute(key, job, times);
        ended.catch(reject);
      }),
    close: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

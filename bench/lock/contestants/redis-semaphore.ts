import { Redis } from 'ioredis';
import { requirePeer } from '../peers.js';
import { LEASE_MS, WAIT_MS, WATCHED_LEASE_MS, type Contestant, type Servers } from './contestant.js';

/** What is used of redis-semaphore 5.8. */
interface SemaphoreLibrary {
  readonly Mutex: new (
    client: Redis,
    key: string,
    options: { lockTimeout: number; acquireTimeout: number; retryInterval: number; onLockLost: () => void },
  ) => { acquire(): Promise<void>; release(): Promise<void> };
}

const RETRY_MS = 20;

export function openRedisSemaphore({ redisUrls: [url = ''] }: Servers): Contestant {
  const { Mutex } = requirePeer('redis-semaphore') as SemaphoreLibrary;
  const client = new Redis(url);
  const acquire = async (key: string, lockTimeout: number) => {
    const mutex = new Mutex(client, key, {
      lockTimeout,
      acquireTimeout: WAIT_MS,
      retryInterval: RETRY_MS,
      onLockLost: () => undefined, // by default it throws out of a timer, which would end the process
    });
    await mutex.acquire();
    return () => mutex.release();
  };
  return {
    acquire: (key) => acquire(key, LEASE_MS),
    hold: (key) => acquire(key, WATCHED_LEASE_MS),
    close: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

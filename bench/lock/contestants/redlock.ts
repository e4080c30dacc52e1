import { Redis } from 'ioredis';
import { requirePeer } from '../peers.js';
import { LEASE_MS, WATCHED_LEASE_MS, type Contestant, type Servers } from './contestant.js';

/** What is used of redlock 5.0.0-beta.2. */
interface RedlockLibrary {
  readonly default: new (
    clients: Iterable<Redis>,
    settings: { retryCount: number; retryDelay: number; retryJitter: number },
  ) => {
    acquire(resources: string[], durationMs: number): Promise<{ release(): Promise<unknown> }>;
    using(resources: string[], durationMs: number, job: () => Promise<void>): Promise<unknown>;
    on(event: 'error', listener: () => void): void;
  };
}

const FOR_EVER = -1;

export function openRedlock({ redisUrls: [url = ''] }: Servers): Contestant {
  const { default: Redlock } = requirePeer('redlock') as RedlockLibrary;
  const client = new Redis(url);
  const redlock = new Redlock([client], { retryCount: FOR_EVER, retryDelay: 30, retryJitter: 10 });
  redlock.on('error', () => undefined); // it tells of every refused try
  return {
    acquire: async (key) => {
      const lock = await redlock.acquire([key], LEASE_MS);
      return () => lock.release();
    },
    hold: (key) =>
      new Promise((resolve, reject) => {
        const ended = redlock.using([key], WATCHED_LEASE_MS, () => {
          return new Promise<void>((end) => {
            resolve(() => {
              end();
              return ended;
            });
          });
        });
        ended.catch(reject);
      }),
    close: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

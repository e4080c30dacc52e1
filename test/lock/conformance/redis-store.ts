import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import type { ChildProvider, StoreCounts, StoreFaults } from '#lock/conformance';
import { countListeners, lockKeyOf, outOfMemory } from './redis-servers.js';
import { countCalls } from '../redis-monitor.js';

export const CHILD_MODULE = new URL('open-in-child.mjs', import.meta.url).href;

/** A Redis of the test file's own, and what can be done to it. */
export class RedisStore {
  /** Looks into the store from outside. */
  readonly client: Redis;
  readonly prefix = `test-${randomBytes(4).toString('hex')}:`;
  private server: LocalRedis;

  private constructor(server: LocalRedis) {
    this.server = server;
    this.client = new Redis(server.url, { retryStrategy: () => 20 });
    this.client.on('error', () => undefined); // some cases kill the server
  }

  static async start(): Promise<RedisStore> {
    return new RedisStore(await startRedis());
  }

  get url(): string {
    return this.server.url;
  }

  get options(): RedisLockProviderOptions {
    // A timeout that a busy machine keeps, unless the store is away.
    return { url: this.url, keyPrefix: this.prefix, commandTimeoutMs: 600 };
  }

  open(): RedisLockProvider {
    return new RedisLockProvider(this.options);
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'RedisLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    return {
      stop: () => this.server.kill(),
      start: async () => {
        this.server = await startRedis({ port: this.server.port });
      },
      pause: () => this.server.pause(),
      resume: () => this.server.resume(),
      loseEverything: async () => {
        await this.client.flushall();
      },
      forgetScripts: async () => {
        await this.client.script('FLUSH');
      },
      evict: async (resource) => {
        await this.client.del(this.lockKey(resource));
      },
      refusals: [
        outOfMemory(() => Promise.resolve([this.client])),
        {
          name: 'READONLY',
          message: /READONLY/,
          begin: async () => {
            await this.client.replicaof('127.0.0.1', 1);
          },
          end: async () => {
            await this.client.replicaof('NO', 'ONE');
          },
        },
      ],
    };
  }

  get counts(): StoreCounts {
    return {
      acquires: (work) => countCalls([this.client], 'acquire', work),
      listeners: () => countListeners([this.client], this.prefix),
    };
  }

  lockKey(resource: string): string {
    return lockKeyOf(this.prefix, resource);
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }
}

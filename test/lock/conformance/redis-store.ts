import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import type { ChildProvider, StoreCounts, StoreFaults } from '#lock/conformance';
import { SCRIPTS } from '../../../libs/lock/providers/redis/scripts.js';

export const CHILD_MODULE = new URL('open-in-child.mjs', import.meta.url).href;

const ACQUIRE = SCRIPTS.acquire;

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
        {
          name: 'OOM',
          message: /OOM/,
          begin: async () => {
            await this.client.config('SET', 'maxmemory-policy', 'noeviction');
            await this.client.config('SET', 'maxmemory', '1');
          },
          end: async () => {
            await this.client.config('SET', 'maxmemory', '0');
          },
        },
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
      acquires: (work) => this.countAcquires(work),
      listeners: async () => (await this.client.pubsub('CHANNELS', `${this.prefix}*`)).length,
    };
  }

  lockKey(resource: string): string {
    const [tag = '', ...rest] = resource.split(':');
    return `${this.prefix}lock:${[`{${tag}}`, ...rest].join(':')}`;
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }

  private async countAcquires(work: () => Promise<unknown>): Promise<number> {
    const monitor = await this.client.monitor();
    let calls = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source === 'lua') return;
      const [name = '', what = ''] = args;
      if (/^evalsha$/i.test(name) && what === ACQUIRE.sha) calls += 1;
      if (/^eval$/i.test(name) && what === ACQUIRE.text) calls += 1;
      if (/^echo$/i.test(name) && what === 'the end') end();
    });
    try {
      await work();
      await this.client.echo('the end');
      await ended;
    } finally {
      monitor.disconnect();
    }
    return calls;
  }
}

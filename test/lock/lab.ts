import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { LockManager, type LockInfo, type LockManagerOptions } from '#lock';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import { countCalls } from './redis-monitor.js';
import { TcpProxy } from '../support/tcp-proxy.js';

export { sleep, timed, until } from './timing.js';

/** A Redis of the test file's own, and what the tests look at it with. */
export class Lab {
  redis: LocalRedis;
  /** Looks into the store from outside. */
  readonly client: Redis;
  private keyPrefix = newPrefix();
  private readonly closers: (() => Promise<unknown>)[] = [];

  private constructor(redis: LocalRedis) {
    this.redis = redis;
    this.client = new Redis(redis.url, { retryStrategy: () => 50 });
    this.client.on('error', () => undefined); // some tests kill the server
  }

  static async open(args: readonly string[] = []): Promise<Lab> {
    return new Lab(await startRedis({ args }));
  }

  get prefix(): string {
    return this.keyPrefix;
  }

  lockKey(resource: string): string {
    const [tag = '', ...rest] = resource.split(':');
    return `${this.prefix}lock:${[`{${tag}}`, ...rest].join(':')}`;
  }

  /** What another process sees of the lock; undefined when it is free. */
  async held(resource: string): Promise<LockInfo | undefined> {
    const observer = this.provider();
    try {
      return (await observer.list(10_000)).find((info) => info.resource === resource);
    } finally {
      await observer.close();
    }
  }

  /** With a timeout that a busy machine keeps; tests of timeouts name their own. */
  provider(options: Partial<RedisLockProviderOptions> = {}): RedisLockProvider {
    return new RedisLockProvider({
      url: this.redis.url,
      keyPrefix: this.prefix,
      commandTimeoutMs: 3_000,
      ...options,
    });
  }

  /** A manager as a process of its own would have one. */
  manager(options: Partial<RedisLockProviderOptions> & LockManagerOptions = {}): LockManager {
    return this.closeLater(new LockManager(this.provider(options), options));
  }

  async proxy(): Promise<TcpProxy> {
    return this.closeLater(await TcpProxy.start(this.redis.port));
  }

  closeLater<T extends { close(): Promise<unknown> }>(closable: T): T {
    this.closers.push(() => closable.close());
    return closable;
  }

  /** SIGKILL, and an empty server on the same port. */
  async restart(): Promise<void> {
    const { port } = this.redis;
    await this.redis.kill();
    this.redis = await startRedis({ port });
  }

  /** How often a script was asked for while `work` ran, by whichever client. */
  countCalls(script: 'acquire' | 'acquireSome', work: () => Promise<unknown>): Promise<number> {
    return countCalls([this.client], script, work);
  }

  /** Ends what the test opened; the next one has a key prefix of its own. */
  async cleanUp(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    this.keyPrefix = newPrefix();
  }

  async close(): Promise<void> {
    await this.cleanUp();
    this.client.disconnect();
    await this.redis.stop();
  }
}

/** Connects and uses each script once; nothing stays held that would be renewed meanwhile. */
export async function loadScripts(locks: LockManager): Promise<void> {
  await locks.using('other:resource', { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
}

function newPrefix(): string {
  return `test-${randomBytes(4).toString('hex')}:`;
}

import { randomBytes } from 'node:crypto';
import { LocalSentinels, type GroupServer } from '#local';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import type { ChildProvider, StoreCounts, StoreFaults, StoreReplicas } from '#lock/conformance';
import { CHILD_MODULE } from './redis-store.js';
import { connected, countListeners, lockKeyOf, outOfMemory } from './redis-servers.js';
import { countCalls } from '../redis-monitor.js';

/** A primary, its replicas and their Sentinels of the test file's own, and what can be done to them. */
export class SentinelStore {
  readonly prefix = `test-${randomBytes(4).toString('hex')}:`;
  readonly sentinels: LocalSentinels;
  private paused: readonly GroupServer[] = [];

  private constructor(sentinels: LocalSentinels) {
    this.sentinels = sentinels;
  }

  static async start(): Promise<SentinelStore> {
    return new SentinelStore(await LocalSentinels.start());
  }

  get options(): RedisLockProviderOptions {
    const { urls, name } = this.sentinels;
    // The host of the URL is that of no server: only the Sentinels know where one is.
    const url = 'redis://nowhere.invalid';
    return { url, sentinels: urls, name, keyPrefix: this.prefix, commandTimeoutMs: 600 };
  }

  open(): Promise<RedisLockProvider> {
    return connected(new RedisLockProvider(this.options));
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'RedisLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    const { group } = this.sentinels;
    return {
      stop: () => group.kill(),
      start: () => this.sentinels.revive(),
      pause: () => group.pause(),
      resume: () => group.resume(),
      loseEverything: async () => {
        await (await this.primary()).flushall();
      },
      forgetScripts: async () => {
        await (await this.primary()).script('FLUSH');
      },
      evict: async (resource) => {
        await (await this.primary()).del(lockKeyOf(this.prefix, resource));
      },
      // READONLY is what a primary says that was replaced: case 38.
      refusals: [outOfMemory(async () => [await this.primary()])],
    };
  }

  get replicas(): StoreReplicas {
    const { group } = this.sentinels;
    return {
      pause: async () => {
        this.paused = await this.sentinels.replicas();
        group.pause(this.paused);
      },
      resume: () => group.resume(this.paused),
    };
  }

  get counts(): StoreCounts {
    return {
      acquires: async (work) => countCalls([await this.primary()], 'acquire', work),
      listeners: async () => countListeners([await this.primary()], this.prefix),
    };
  }

  stop(): Promise<void> {
    return this.sentinels.stop();
  }

  private async primary() {
    return (await this.sentinels.primary()).client;
  }
}

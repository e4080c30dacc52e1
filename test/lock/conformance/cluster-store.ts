import { randomBytes } from 'node:crypto';
import { LocalRedisCluster, type GroupServer } from '#local';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import type { ChildProvider, StoreCounts, StoreFaults, StoreReplicas } from '#lock/conformance';
import { CHILD_MODULE } from './redis-store.js';
import { connected, countListeners, lockKeyOf, outOfMemory } from './redis-servers.js';
import { countCalls } from '../redis-monitor.js';

/** A Redis Cluster of the test file's own, and what can be done to it. */
export class ClusterStore {
  readonly prefix = `test-${randomBytes(4).toString('hex')}:`;
  readonly cluster: LocalRedisCluster;
  private paused: readonly GroupServer[] = [];

  private constructor(cluster: LocalRedisCluster) {
    this.cluster = cluster;
  }

  static async start(): Promise<ClusterStore> {
    return new ClusterStore(await LocalRedisCluster.start());
  }

  get options(): RedisLockProviderOptions {
    const [url = '', ...cluster] = this.cluster.urls;
    return { url, cluster, keyPrefix: this.prefix, commandTimeoutMs: 600 };
  }

  open(): Promise<RedisLockProvider> {
    return connected(new RedisLockProvider(this.options));
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'RedisLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    const { group } = this.cluster;
    return {
      stop: () => group.kill(),
      start: () => this.cluster.revive(),
      pause: () => group.pause(),
      resume: () => group.resume(),
      loseEverything: async () => {
        for (const primary of await this.primaries()) await primary.flushall();
      },
      forgetScripts: async () => {
        for (const primary of await this.primaries()) await primary.script('FLUSH');
      },
      evict: async (resource) => {
        const key = lockKeyOf(this.prefix, resource);
        const { client } = await this.cluster.primaryOf(await this.cluster.slotOf(key));
        await client.del(key);
      },
      // A primary that was replaced says MOVED: case 38.
      refusals: [outOfMemory(() => this.primaries())],
    };
  }

  get replicas(): StoreReplicas {
    const { group } = this.cluster;
    return {
      pause: async () => {
        this.paused = await this.cluster.replicas();
        group.pause(this.paused);
      },
      resume: () => group.resume(this.paused),
    };
  }

  get counts(): StoreCounts {
    return {
      acquires: async (work) => countCalls(await this.primaries(), 'acquire', work),
      listeners: () =>
        countListeners(
          this.cluster.group.servers.map(({ client }) => client),
          this.prefix,
        ),
    };
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  private async primaries() {
    return (await this.cluster.primaries()).map(({ client }) => client);
  }
}

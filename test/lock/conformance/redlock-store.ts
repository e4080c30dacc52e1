import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { RedlockProvider, type RedlockProviderOptions } from '#lock/redlock';
import type { ChildProvider, StoreFaults, StoreRefusal } from '#lock/conformance';
import { CHILD_MODULE } from './redis-store.js';

/** A busy machine keeps it. */
export const NODE_TIMEOUT_MS = 1_000; // a busy machine keeps it
const NODES = [0, 1, 2, 3, 4];

/** Five independent Redis servers of the test file's own, and what can be done to them. */
export class RedlockStore {
  readonly prefix = `test-${randomBytes(4).toString('hex')}:`;
  private readonly servers: LocalRedis[];
  /** Look into the servers from outside. */
  private readonly clients: Redis[];

  private constructor(servers: LocalRedis[]) {
    this.servers = servers;
    this.clients = servers.map(({ url }) => {
      const client = new Redis(url, { retryStrategy: () => 20 });
      client.on('error', () => undefined); // some cases kill the server
      return client;
    });
  }

  static async start(): Promise<RedlockStore> {
    return new RedlockStore(await Promise.all(NODES.map(() => startRedis())));
  }

  /** The servers are new, and may vote at once unless a case is about that. */
  get options(): RedlockProviderOptions {
    const urls = this.servers.map(({ url }) => url);
    return { urls, keyPrefix: this.prefix, nodeTimeoutMs: NODE_TIMEOUT_MS, restartDelayMs: 0 };
  }

  open(): RedlockProvider {
    return new RedlockProvider(this.options);
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'RedlockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    return {
      stop: () => this.kill(...NODES),
      start: () => this.revive(...NODES),
      pause: () => this.pause(...NODES),
      resume: () => this.resume(...NODES),
      forgetScripts: () => this.onEach((client) => client.script('FLUSH')),
      evict: (resource) => this.onEach((client) => client.del(this.lockKey(resource))),
      refusals: [
        this.refusal('OOM', {
          begin: async (client) => {
            await client.config('SET', 'maxmemory-policy', 'noeviction');
            await client.config('SET', 'maxmemory', '1');
          },
          end: (client) => client.config('SET', 'maxmemory', '0'),
        }),
        this.refusal('READONLY', {
          begin: (client) => client.replicaof('127.0.0.1', 1),
          end: (client) => client.replicaof('NO', 'ONE'),
        }),
      ],
    };
  }

  async kill(...nodes: number[]): Promise<void> {
    await Promise.all(nodes.map(async (node) => this.servers[node]?.kill()));
  }

  /** Empty servers on the ports of those that were killed. */
  async revive(...nodes: number[]): Promise<void> {
    await Promise.all(
      nodes.map(async (node) => {
        const port = this.servers[node]?.port;
        if (port !== undefined) this.servers[node] = await startRedis({ port });
      }),
    );
  }

  pause(...nodes: number[]): void {
    for (const node of nodes) this.servers[node]?.pause();
  }

  resume(...nodes: number[]): void {
    for (const node of nodes) this.servers[node]?.resume();
  }

  /** On how many of the nodes the lock is held, by whomever. */
  async votes(resource: string): Promise<number> {
    const held = await Promise.all(this.clients.map((client) => client.exists(this.lockKey(resource))));
    return held.filter((count) => count === 1).length;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.disconnect();
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  private lockKey(resource: string): string {
    return `${this.prefix}redlock:lock:${resource}`;
  }

  private refusal(
    name: string,
    { begin, end }: Record<'begin' | 'end', (client: Redis) => Promise<unknown>>,
  ): StoreRefusal {
    return {
      name,
      message: new RegExp(name),
      begin: () => this.onEach(begin),
      end: () => this.onEach(end),
    };
  }

  private async onEach(work: (client: Redis) => Promise<unknown>): Promise<void> {
    await Promise.all(this.clients.map(work));
  }
}

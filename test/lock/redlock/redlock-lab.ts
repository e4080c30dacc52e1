import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import type { LockRequest } from '../../../libs/lock/provider.js';
import {
  RedlockProvider,
  type RedlockProviderOptions,
} from '../../../libs/lock/providers/redlock/redlock-provider.js';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const NODES = [0, 1, 2, 3, 4];

type ProviderOptions = Omit<Partial<RedlockProviderOptions>, 'restartDelayMs'> & {
  restartDelayMs?: number | 'default';
};

/** Five independent Redis servers of the test file's own. */
export class RedlockLab {
  readonly servers: LocalRedis[];
  /** Look into the servers from outside. */
  private readonly clients: Redis[];
  private keyPrefix = newPrefix();
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly paused = new Set<number>();

  private constructor(servers: LocalRedis[]) {
    this.servers = servers;
    this.clients = servers.map(({ url }) => {
      const client = new Redis(url, { retryStrategy: () => 50 });
      client.on('error', () => undefined); // some tests kill the server
      return client;
    });
  }

  static async open(): Promise<RedlockLab> {
    return new RedlockLab(await Promise.all(NODES.map(() => startRedis())));
  }

  get prefix(): string {
    return this.keyPrefix;
  }

  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** As a process of its own would have one. The servers are new, and may vote unless the test is about that. */
  provider({ restartDelayMs = 0, ...options }: ProviderOptions = {}): RedlockProvider {
    const delay = restartDelayMs === 'default' ? {} : { restartDelayMs };
    const provider = new RedlockProvider({
      urls: this.urls,
      keyPrefix: this.prefix,
      ...delay,
      ...options,
    });
    return this.closeLater(provider);
  }

  /** Proxies before all servers, and their urls. */
  async proxies(): Promise<{ proxies: TcpProxy[]; urls: string[] }> {
    const proxies = await Promise.all(this.servers.map(({ port }) => TcpProxy.start(port)));
    for (const proxy of proxies) this.closeLater(proxy);
    return { proxies, urls: proxies.map(({ port }) => `redis://127.0.0.1:${port}`) };
  }

  /** The tokens that hold the resource, node by node. */
  async holders(resource: string): Promise<(string | undefined)[]> {
    const key = `${this.prefix}redlock:lock:${resource}`;
    return Promise.all(this.clients.map(async (client) => (await client.get(key))?.split(' ')[0]));
  }

  async keys(): Promise<string[]> {
    const keys = await Promise.all(this.clients.map((client) => client.keys(`${this.prefix}*`)));
    return keys.flat();
  }

  /** For how long each node will keep the resource. */
  async lives(resource: string): Promise<number[]> {
    return Promise.all(this.clients.map((client) => client.pttl(`${this.prefix}redlock:lock:${resource}`)));
  }

  /** A grant needs a majority only; the votes of the others come a moment later. */
  async heldEverywhere(resource: string, token: string, atLeastMs = 0): Promise<void> {
    await until(async () => {
      const [holders, lives] = await Promise.all([this.holders(resource), this.lives(resource)]);
      return holders.every((holder) => holder === token) && lives.every((lifeMs) => lifeMs > atLeastMs);
    }, `${token} is held on every node for more than ${atLeastMs} ms`);
  }

  client(node: number): Redis {
    const client = this.clients[node];
    if (!client) throw new Error(`There is no node ${node}.`);
    return client;
  }

  pause(...nodes: number[]): void {
    for (const node of nodes) {
      this.servers[node]?.pause();
      this.paused.add(node);
    }
  }

  resume(): void {
    for (const node of this.paused) this.servers[node]?.resume();
    this.paused.clear();
  }

  async kill(...nodes: number[]): Promise<void> {
    await Promise.all(this.servers.filter((_, node) => nodes.includes(node)).map((server) => server.kill()));
  }

  /** Empty servers on the ports of those that were killed. */
  async revive(...nodes: number[]): Promise<void> {
    for (const node of nodes) {
      const port = this.servers[node]?.port;
      if (port !== undefined) this.servers[node] = await startRedis({ port });
    }
    await Promise.all(nodes.map((node) => until(() => this.client(node).status === 'ready', 'it is back')));
  }

  closeLater<T extends { close(): Promise<unknown> }>(closable: T): T {
    this.closers.push(() => closable.close());
    return closable;
  }

  /** Ends what the test opened; the next one has a key prefix of its own. */
  async cleanUp(): Promise<void> {
    this.resume();
    for (const close of this.closers.splice(0).reverse()) await close();
    this.keyPrefix = newPrefix();
  }

  async close(): Promise<void> {
    await this.cleanUp();
    for (const client of this.clients) client.disconnect();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

export function request(token: string, more: Partial<LockRequest> = {}): LockRequest {
  return {
    resources: ['item:1'],
    token,
    leaseMs: 30_000,
    owner: 'some owner',
    floors: [0],
    placeMs: 0,
    replicaAcks: 0,
    ...more,
  };
}

/** Connected to every node, and each knows the scripts, so that a test measures nothing but what it is about. */
export async function connected(provider: RedlockProvider): Promise<RedlockProvider> {
  for (const token of ['warm-up-1', 'warm-up-2']) {
    const probe = request(token, { resources: ['warm-up'], leaseMs: 5_000 });
    await until(() => provider.acquire(probe).then(isGranted, isAway), 'a majority is connected');
    await sleep(50); // the slower nodes have voted too
    await provider.extend(probe, 5_000);
    await provider.release(probe);
  }
  return provider;
}

function isGranted({ granted }: { granted: boolean }): boolean {
  return granted;
}

function isAway(error: unknown): false {
  if (error instanceof LockUnavailableError) return false;
  throw error;
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 3_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`Within ${withinMs} ms it did not happen that ${what}.`);
    await sleep(5);
  }
}

/** How long a promise takes to settle either way, and how it does. */
export async function timed<T>(
  work: Promise<T>,
): Promise<{ tookMs: number; value: T | undefined; error: unknown }> {
  const startedAt = performance.now();
  try {
    const value = await work;
    return { tookMs: performance.now() - startedAt, value, error: undefined };
  } catch (error) {
    return { tookMs: performance.now() - startedAt, value: undefined, error };
  }
}

function newPrefix(): string {
  return `test-${randomBytes(4).toString('hex')}:`;
}

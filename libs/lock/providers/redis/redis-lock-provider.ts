import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { LockUnavailableError } from '../../errors.js';
import type { Grant, LockClaim, LockProvider, LockRequest, Refusal, Release } from '../../provider.js';
import { LockKeys, requireOneHashTag } from './keys.js';
import { isReply, NotConnectedError, RedisConnection } from './redis-connection.js';
import { WakeUp } from './wake-up.js';

/** The last fence of a resource is kept this long after its last grant; after that the clock alone carries it on. */
const FENCE_TTL_MS = 24 * 60 * 60 * 1_000;

export interface RedisLockProviderOptions {
  /** `redis://` or `rediss://`, with user, password and database as ioredis reads them. */
  url: string;
  /** Put before every key and channel. Default: none. */
  keyPrefix?: string;
  /** How long one command may take before its outcome counts as unknown. Default: 250. */
  commandTimeoutMs?: number;
}

/**
 * Locks in one Redis (6 or newer), on connections of its own. It constructs while Redis is away, fails each call within
 * `commandTimeoutMs` with LockUnavailableError, and recovers by itself.
 */
export class RedisLockProvider implements LockProvider {
  private readonly connection: RedisConnection;
  private readonly scripts: LockScripts;
  private readonly wakeUp: WakeUp;
  private readonly keys: LockKeys;

  constructor({ url, keyPrefix = '', commandTimeoutMs = 250 }: RedisLockProviderOptions) {
    this.keys = new LockKeys(keyPrefix);
    this.connection = new RedisConnection(url, commandTimeoutMs);
    this.scripts = defineScripts(this.connection.client);
    this.wakeUp = new WakeUp(url);
  }

  check(resources: readonly string[]): void {
    requireOneHashTag(resources);
  }

  async acquire({ resources, token, leaseMs, floors }: LockRequest): Promise<Grant | Refusal> {
    const keys = [...this.lockKeys(resources), ...resources.map((resource) => this.keys.fence(resource))];
    const [granted, ...rest] = await this.run(resources, () =>
      this.scripts.lockAcquire(keys.length, ...keys, token, leaseMs, FENCE_TTL_MS, ...floors),
    );
    if (granted === 1) return { granted: true, fences: rest };
    const [index = 1, remainingMs = 0] = rest;
    return { granted: false, resource: resources[index - 1] ?? '', remainingMs };
  }

  async extend({ resources, token }: LockClaim, leaseMs: number): Promise<boolean> {
    const keys = this.lockKeys(resources);
    return (
      (await this.run(resources, () => this.scripts.lockExtend(keys.length, ...keys, token, leaseMs))) === 1
    );
  }

  async release({ resources, token }: LockClaim): Promise<Release> {
    const keys = this.lockKeys(resources);
    const [freed, heard] = await this.run(resources, () =>
      this.scripts.lockRelease(keys.length, ...keys, token),
    );
    return { complete: freed === keys.length, awaitedElsewhere: heard > this.wakeUp.countSubscribed(keys) };
  }

  watch(resource: string, wake: () => void): () => void {
    return this.wakeUp.listen(this.keys.lock(resource), wake);
  }

  close(): Promise<void> {
    this.wakeUp.close();
    this.connection.close();
    return Promise.resolve();
  }

  private lockKeys(resources: readonly string[]): string[] {
    return resources.map((resource) => this.keys.lock(resource));
  }

  private async run<Reply>(resources: readonly string[], command: () => Promise<Reply>): Promise<Reply> {
    try {
      return await this.connection.send(command);
    } catch (error) {
      // OOM, READONLY, LOADING and their like: Redis answered, and the scripts write nothing before they can fail.
      const outcome = isReply(error) || error instanceof NotConnectedError ? 'none' : 'unknown';
      throw new LockUnavailableError(resources, error, outcome);
    }
  }
}

/** What defineCommand adds to the client; each runs as EVALSHA, and as EVAL where Redis does not know the script yet. */
interface LockScripts {
  lockAcquire(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
  lockExtend(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number>;
  lockRelease(
    keyCount: number,
    ...keysAndArguments: (string | number)[]
  ): Promise<[freed: number, heard: number]>;
}

function defineScripts(client: Redis): LockScripts {
  client.defineCommand('lockAcquire', { lua: script('acquire.lua') });
  client.defineCommand('lockExtend', { lua: script('extend.lua') });
  client.defineCommand('lockRelease', { lua: script('release.lua') });
  return client as unknown as LockScripts;
}

function script(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

import { randomUUID } from 'node:crypto';
import { LockUnacknowledgedError, LockUnavailableError } from '../../errors.js';
import type {
  ClaimEvent,
  Extension,
  Grant,
  LockAbility,
  LockClaim,
  LockInfo,
  LockProvider,
  LockRequest,
  Refusal,
  SharedValues,
} from '../../provider.js';
import { listLocks } from './inspection.js';
import { hashTagOf, LockKeys, permitsText, requireOneHashTag } from './keys.js';
import { primariesOf, type RedisAddress, type RedisClient } from './redis-client.js';
import { isRefusal, NotConnectedError, RedisConnection } from './redis-connection.js';
import { ReplicaAcks } from './replica-acks.js';
import { SCRIPTS, type Script } from './scripts.js';
import { CommandBatch, type Arguments, type ScriptForSome } from './command-batch.js';
import { WakeUp } from './wake-up.js';

const ABILITIES: ReadonlySet<LockAbility> = new Set<LockAbility>([
  'distributed',
  'fencing',
  'fair',
  'contentionEvents',
  'handOver',
  'inspection',
  'sharing',
  'sharedValues',
  'replicaAcks',
]);

const EXTEND: ScriptForSome = { one: SCRIPTS.extend, some: SCRIPTS.extendSome };
const RELEASE: ScriptForSome = { one: SCRIPTS.release, some: SCRIPTS.releaseSome };

/** As acquire.lua documents it. */
type AttemptReply = readonly (number | string)[];

export interface RedisLockProviderOptions extends RedisAddress {
  /** Put before every key and channel. Default: none. */
  keyPrefix?: string;
  /** How long one command may take before its outcome counts as unknown. Default: 250. */
  commandTimeoutMs?: number;
}

/**
 * Locks in one Redis (6 or newer), in the primary that Sentinels name, or in a Redis Cluster, on connections of its own. The
 * resources of one call share their first segment, and so a slot. A failover is asynchronous: what was granted last may be
 * lost in it, and the fence tells the two holders apart. It constructs while Redis is away, fails each call with
 * LockUnavailableError within two times `commandTimeoutMs` (connecting, and the command), and recovers by itself.
 */
export class RedisLockProvider implements LockProvider {
  readonly name = 'redis';
  readonly abilities = ABILITIES;
  readonly values: SharedValues;
  private readonly keys: LockKeys;
  private readonly channel: string;
  private readonly connection: RedisConnection;
  private readonly replicas: ReplicaAcks;
  private readonly wakeUp: WakeUp;
  private readonly isCluster: boolean;
  private readonly batch = new CommandBatch((script, resources, args) =>
    this.runNow(script, resources, args),
  );

  constructor({ keyPrefix = '', commandTimeoutMs = 250, ...address }: RedisLockProviderOptions) {
    this.keys = new LockKeys(keyPrefix);
    this.channel = this.keys.channel(randomUUID());
    this.connection = new RedisConnection(address, commandTimeoutMs);
    this.replicas = new ReplicaAcks(address, commandTimeoutMs);
    this.wakeUp = new WakeUp(address, this.connection.client, this.channel);
    this.isCluster = address.cluster !== undefined;
    this.values = {
      get: (key) => this.value(key),
      set: async (key, value, ttlMs) => {
        await this.send([key], (client) => client.set(this.keys.value(key), value, 'PX', ttlMs));
      },
      delete: async (key) => {
        await this.send([key], (client) => client.del(this.keys.value(key)));
      },
    };
  }

  check(resources: readonly string[]): void {
    requireOneHashTag(resources);
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    const { resources, token, owner, leaseMs, placeMs, floors, permits } = request;
    const args = [token, leaseMs, placeMs, this.channel, owner, ...floors];
    const reply = permits
      ? this.run<AttemptReply>(SCRIPTS.acquirePermit, resources, [...args, permitsText(permits)])
      : this.run<AttemptReply>(SCRIPTS.acquire, resources, args);
    return this.answer(request, await reply);
  }

  async acquireSome(requests: readonly LockRequest[]): Promise<(Grant | Refusal)[]> {
    const [first] = requests;
    if (!first) return [];
    const resources = requests.map(({ resources: [resource = ''] }) => resource);
    const claims = requests.flatMap(({ token, floors: [floor = 0] }) => [token, floor]);
    const args = [first.leaseMs, first.placeMs, this.channel, first.owner, ...claims];
    const replies = await this.run<AttemptReply[]>(SCRIPTS.acquireSome, resources, args);
    return Promise.all(requests.map((request, index) => this.answer(request, replies[index] ?? [])));
  }

  async extend({ resources, token, permits }: LockClaim, leaseMs: number): Promise<Extension> {
    const script = permits ? SCRIPTS.extendPermit : EXTEND;
    const [held, contended] = await this.runBatched<number[]>(script, resources, [token, leaseMs]);
    return { held: held === 1, contended: contended === 1 };
  }

  async release({ resources, token, permits }: LockClaim): Promise<boolean> {
    const script = permits ? SCRIPTS.releasePermit : RELEASE;
    const args = [token, this.channel];
    const [freed, ...told] = await this.runBatched<[number, ...string[]]>(script, resources, args);
    for (let index = 0; index < told.length; index += 2) {
      const [heir = '', fence = ''] = told.slice(index);
      this.wakeUp.tell(heir, fence ? { granted: true, fences: [Number(fence)] } : { look: true });
    }
    return freed === resources.length;
  }

  watch(
    claim: LockClaim,
    listener: (event: ClaimEvent) => void,
    { atOnce = false }: { atOnce?: boolean } = {},
  ): () => void {
    const end = this.wakeUp.listen(claim.token, listener);
    if (atOnce) this.wakeUp.open({ forHolders: true });
    return end;
  }

  async adopt({ resources, token }: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    const args = [token, successor.token, successor.leaseMs, this.channel, successor.owner];
    const [adopted, ...fences] = await this.run<number[]>(SCRIPTS.adopt, resources, args);
    return adopted === 1 ? { granted: true, fences } : undefined;
  }

  list(limit: number): Promise<LockInfo[]> {
    return this.send([], (client) => listLocks(primariesOf(client), this.keys, limit));
  }

  close(): Promise<void> {
    this.batch.flush();
    this.wakeUp.close();
    this.replicas.close();
    this.connection.close();
    return Promise.resolve();
  }

  private keysOf(resources: readonly string[]): string[] {
    const keys: string[] = [];
    for (const resource of resources) this.keys.push(keys, resource);
    return keys;
  }

  private async answer(request: LockRequest, [granted, ...rest]: AttemptReply): Promise<Grant | Refusal> {
    if (granted === 1) {
      if (request.replicaAcks > 0) await this.requireAcks(request);
      return { granted: true, fences: rest as number[] };
    }
    if (request.placeMs > 0) this.wakeUp.open();
    const [index, remainingMs, fence, behind] = rest as [number, number, number, string];
    if (behind) this.wakeUp.tell(behind, { contended: true }); // the script tells those of other processes
    const refusal = { granted: false, resource: request.resources[index - 1] ?? '', remainingMs } as const;
    // A Cluster may hear the release of that holder after what follows it: there nobody begins before its reply.
    return fence > 0 && !this.isCluster ? { ...refusal, promised: { behind, fences: [fence] } } : refusal;
  }

  private async requireAcks(request: LockRequest): Promise<void> {
    const { resources, token, leaseMs, replicaAcks: wanted } = request;
    const keys = this.keysOf(resources);
    const tag = this.isCluster ? hashTagOf(request.resources[0] ?? '') : '';
    let count: number;
    try {
      count = await this.replicas.count({ tag, keys, token, leaseMs, wanted });
    } catch (error) {
      throw new LockUnavailableError(resources, error, 'unknown'); // the grant is there: the same token may ask again
    }
    if (count >= wanted) return;
    await this.release(request);
    throw new LockUnacknowledgedError(resources, { count, wanted });
  }

  private async value(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    const name = this.keys.value(key);
    const [[, value], [, remainingMs]] = (await this.send([key], (client) =>
      client.multi().get(name).pttl(name).exec(),
    )) as [[null, string | null], [null, number]];
    return value === null ? undefined : { value, remainingMs };
  }

  /** What concerns one lock shares its command with others. */
  private async runBatched<Reply>(
    script: Script | ScriptForSome,
    resources: readonly string[],
    args: Arguments,
  ): Promise<Reply> {
    const [resource = '', ...others] = resources;
    if (!('some' in script)) return this.run<Reply>(script, resources, args);
    if (others.length > 0) return this.run<Reply>(script.one, resources, args);
    try {
      return await this.batch.add<Reply>(script, resource, args);
    } catch (error) {
      throw unavailable(resources, error);
    }
  }

  private async run<Reply>(script: Script, resources: readonly string[], args: Arguments): Promise<Reply> {
    this.batch.flush();
    try {
      return await this.runNow<Reply>(script, resources, args);
    } catch (error) {
      throw unavailable(resources, error);
    }
  }

  private runNow<Reply>(script: Script, resources: readonly string[], args: Arguments): Promise<Reply> {
    const keys = this.keysOf(resources);
    return this.connection.run<Reply>(script, keys.length, [...keys, ...args]);
  }

  private async send<Reply>(
    resources: readonly string[],
    command: (client: RedisClient) => Promise<Reply>,
  ): Promise<Reply> {
    this.batch.flush();
    try {
      return await this.connection.send(command);
    } catch (error) {
      throw unavailable(resources, error);
    }
  }
}

function unavailable(resources: readonly string[], error: unknown): LockUnavailableError {
  const outcome = isRefusal(error) || error instanceof NotConnectedError ? 'none' : 'unknown';
  return new LockUnavailableError(resources, error, outcome);
}

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockUnavailableError, LockUsageError } from '../../errors.js';
import type {
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
import { QuorumScript, type LostBallot } from './quorum-script.js';
import { quorumOf, unavailable } from './quorum.js';
import type { ServerAddress } from '../redis/redis-client.js';
import { RedlockNode } from './redlock-node.js';
import { RedlockValues } from './redlock-values.js';

/** Redis ends a key within a millisecond of its time, and counts from a millisecond that had begun. */
const EXPIRY_PRECISION_MS = 2;
/**
 * Nobody is woken: who waits asks again after 20–50 ms. Shorter would load five nodes for every waiter; longer would
 * leave the lock idle. The spread is a multiple of an attempt's round trip, so that two waiters that split the votes do
 * not do so again.
 */
const POLL_MIN_MS = 20;
const POLL_SPREAD_MS = 30;
/** A hand-over takes two rounds of votes; in twice as long its turn is over though the adopter died. */
const TURN_IN_NODE_TIMEOUTS = 4;

export interface RedlockProviderOptions {
  /** 3, 5 or any greater odd number of independent Redis servers: no replicas of each other, no cluster. */
  urls: readonly string[];
  /** For `rediss://`: the authorities to believe (`ca`), a certificate of one's own. Default: what Node believes. */
  tls?: ServerAddress['tls'];
  /** Put before every key. Default: none. */
  keyPrefix?: string;
  /** How long one node may take to vote. Short against the leases. Default: 250. */
  nodeTimeoutMs?: number;
  /** By how much a node's clock, or ours, may run faster than the other. Default: 0.01. */
  driftFactor?: number;
  /** No lease may be longer, in any process that uses these nodes. Default: 60,000. */
  maxLeaseMs?: number;
  /**
   * For how long a node whose server started keeps away from votes. Default: what a lease of `maxLeaseMs` lives. So a
   * fresh set of nodes grants nothing for the first minute: no process can tell it from one that lost its locks. A
   * smaller `maxLeaseMs` shortens it. 0 only where that cannot matter: in development, in tests, or where every node
   * keeps each write on disk before it answers (`appendfsync always`).
   */
  restartDelayMs?: number;
}

/**
 * Locks that a majority of independent Redis servers (6 or newer) keeps, by the `redlock` package: the loss of a minority
 * stops nothing. It constructs while nodes are away, fails within about `nodeTimeoutMs` where no majority votes, and
 * recovers by itself.
 *
 * What it rests on: clocks that drift by at most `driftFactor` and do not jump on a majority at once, servers that evict
 * no key (`maxmemory-policy noeviction`) and do not forget but by a restart, and `restartDelayMs`. It gives no fence, and
 * no order among waiters. A lock whose majority was restarted node by node while it was held is lost: extending never
 * brings a vote back that a node forgot.
 */
export class RedlockProvider implements LockProvider {
  readonly name = 'redlock';
  readonly abilities: ReadonlySet<LockAbility> = new Set([
    'distributed',
    'handOver',
    'inspection',
    'sharedValues',
  ]);
  readonly values: SharedValues;
  private readonly nodes: readonly RedlockNode[];
  private readonly quorum: number;
  private readonly keyPrefix: string;
  private readonly driftFactor: number;
  readonly maxLeaseMs: number;
  private readonly turnMs: number;
  private readonly acquiring: QuorumScript;
  private readonly extending: QuorumScript;
  private readonly adopting: QuorumScript;
  private readonly releasing: QuorumScript;
  private readonly withdrawals = new Set<Promise<unknown>>();

  constructor({
    urls,
    tls,
    keyPrefix = '',
    nodeTimeoutMs = 250,
    driftFactor = 0.01,
    maxLeaseMs = 60_000,
    restartDelayMs,
  }: RedlockProviderOptions) {
    if (urls.length < 3 || urls.length % 2 === 0 || new Set(urls).size < urls.length) {
      throw new LockUsageError([], `Redlock needs 3, 5 or 7 different urls; these are ${urls.length}.`);
    }
    this.keyPrefix = `${keyPrefix}redlock:`;
    this.driftFactor = driftFactor;
    this.maxLeaseMs = maxLeaseMs;
    this.turnMs = Math.ceil(TURN_IN_NODE_TIMEOUTS * nodeTimeoutMs);
    this.quorum = quorumOf(urls);
    const releaseScript = script('release.lua');
    const nodeOptions = {
      nodeTimeoutMs,
      releaseScript,
      restartDelayMs: restartDelayMs ?? this.lifeMs(maxLeaseMs),
    };
    this.nodes = urls.map((url) => new RedlockNode({ url, tls }, nodeOptions));
    const voters = this.nodes.map((node) => node.voter);
    const cleaners = this.nodes.map((node) => node.cleaner);
    this.acquiring = new QuorumScript(voters, script('acquire.lua'));
    this.extending = new QuorumScript(voters, script('extend.lua'));
    this.adopting = new QuorumScript(voters, script('adopt.lua'));
    this.releasing = new QuorumScript(cleaners, releaseScript);
    this.values = new RedlockValues(this.nodes, `${this.keyPrefix}value:`);
  }

  check(): void {
    // Each node is one Redis, so that one script takes any resources.
  }

  async acquire({ resources, token, leaseMs, owner }: LockRequest): Promise<Grant | Refusal> {
    this.requireLease(resources, leaseMs);
    const keys = this.lockKeys(resources);
    const startedAt = performance.now();
    for (const node of this.nodes) node.forget(token);
    const ballot = await this.acquiring.apply(keys, `${token} ${owner}`, this.lifeMs(leaseMs));
    if (ballot.passed) return this.granted({ resources, token }, startedAt, leaseMs);
    this.withdraw(keys, token);
    if (ballot.votesFor + ballot.refusals < this.quorum) throw unavailable(resources, ballot);
    return { granted: false, resource: resources[ballot.heldIndex] ?? '', remainingMs: pollMs() };
  }

  async extend({ resources, token }: LockClaim, leaseMs: number): Promise<Extension> {
    this.requireLease(resources, leaseMs);
    const keys = this.lockKeys(resources);
    const ballot = await this.extending.apply(keys, token, this.lifeMs(leaseMs));
    if (ballot.passed) return { held: true, contended: false };
    if (!this.isRefused(ballot)) throw unavailable(resources, ballot);
    this.withdraw(keys, token); // what a minority still has is of no use to anybody
    return { held: false, contended: false };
  }

  async release({ resources, token }: LockClaim): Promise<boolean> {
    const ballot = await this.releasing.release(this.lockKeys(resources), token);
    if (!ballot.passed && !this.isRefused(ballot)) throw unavailable(resources, ballot);
    return ballot.passed;
  }

  /** Silent: independent servers have nobody who could tell what a majority does. */
  watch(): () => void {
    return () => undefined;
  }

  /**
   * First takes the turn to adopt this token, itself a lock of the majority, so that two adopters do not split the votes
   * and leave the lock to nobody. The swap on each node compares, so that it is safe even when the turn runs out.
   */
  async adopt({ token }: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    const { resources, leaseMs, owner } = successor;
    this.requireLease(resources, leaseMs);
    for (const node of this.nodes) node.forget(successor.token);
    const endTurn = await this.takeTurn(token, successor);
    try {
      const keys = this.lockKeys(resources);
      const startedAt = performance.now();
      const value = `${successor.token} ${token} ${owner}`;
      const ballot = await this.adopting.apply(keys, value, this.lifeMs(leaseMs));
      if (ballot.passed) return this.granted(successor, startedAt, leaseMs);
      // With the outcome open the votes stay: the same successor may gather the rest, or release them.
      if (!this.isRefused(ballot)) throw unavailable(resources, ballot);
      this.withdraw(keys, successor.token);
      return undefined;
    } finally {
      endTurn();
    }
  }

  list(limit: number): Promise<readonly LockInfo[]> {
    return listLocks(this.nodes, this.lockKeys([''])[0] ?? '', limit);
  }

  async close(): Promise<void> {
    await Promise.all(this.withdrawals);
    for (const node of this.nodes) node.close();
  }

  /** A majority says no: no majority can say yes. */
  private isRefused({ refusals }: LostBallot): boolean {
    return refusals >= this.quorum;
  }

  /** Not if the lease was over when the majority had answered: then what the nodes still keep is taken back. */
  private granted({ resources, token }: LockClaim, startedAt: number, leaseMs: number): Grant {
    if (performance.now() - startedAt < leaseMs) return { granted: true, fences: [] };
    this.withdraw(this.lockKeys(resources), token);
    const late = new Error(`a majority answered, but later than the lease of ${leaseMs} ms`);
    throw new LockUnavailableError(resources, late, 'unknown');
  }

  /** @returns ends the turn. @throws LockUnavailableError when another adopter keeps it for too long */
  private async takeTurn(token: string, { resources, token: successor }: LockRequest): Promise<() => void> {
    const keys = [`${this.keyPrefix}turn:${token}`];
    const turn = `${successor}/turn`;
    const deadline = performance.now() + 2 * this.turnMs;
    for (;;) {
      for (const node of this.nodes) node.forget(turn);
      const ballot = await this.acquiring.apply(keys, `${turn} adopt`, this.turnMs);
      if (ballot.passed) return () => this.withdraw(keys, turn);
      this.withdraw(keys, turn);
      if (ballot.votesFor + ballot.refusals < this.quorum) throw unavailable(resources, ballot, 'none');
      if (performance.now() > deadline) {
        throw new LockUnavailableError(resources, new Error('another process is adopting it'), 'none');
      }
      await sleep(pollMs());
    }
  }

  /**
   * Releases on all nodes without waiting for it: on each connection it goes before whatever this process sends next, and
   * a node that hangs would only be waited for twice.
   */
  private withdraw(keys: readonly string[], token: string): void {
    const withdrawal = this.releasing.release(keys, token).finally(() => this.withdrawals.delete(withdrawal));
    this.withdrawals.add(withdrawal);
  }

  /**
   * How long the nodes keep a key for a lease. The core relies on a lock for `leaseMs` of its own clock, from before the
   * first command is sent. A node counts later, but perhaps faster: it gets the drift on top, so that no key of the
   * majority ends before the core's deadline.
   */
  private lifeMs(leaseMs: number): number {
    return Math.ceil(leaseMs * (1 + this.driftFactor)) + EXPIRY_PRECISION_MS;
  }

  private requireLease(resources: readonly string[], leaseMs: number): void {
    if (leaseMs <= this.maxLeaseMs) return;
    throw new LockUsageError(
      resources,
      `leaseMs is at most ${this.maxLeaseMs} here, not ${leaseMs}: nodes that restart keep away from votes that long.`,
    );
  }

  private lockKeys(resources: readonly string[]): string[] {
    return resources.map((resource) => `${this.keyPrefix}lock:${resource}`);
  }
}

function pollMs(): number {
  return POLL_MIN_MS + Math.random() * POLL_SPREAD_MS;
}

function script(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

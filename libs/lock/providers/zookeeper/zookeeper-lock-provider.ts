import type { ConnectionOptions } from 'node:tls';
import { LockUsageError } from '../../errors.js';
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
import { Attempt } from './attempt.js';
import { Holding } from './holding.js';
import { listLocks } from './inspection.js';
import { ZooKeeperStore } from './store.js';
import { sweep } from './sweep.js';
import { unavailable } from './zookeeper-errors.js';
import { ZooKeeperValues } from './zookeeper-values.js';

export interface ZooKeeperLockProviderOptions {
  /**
   * The servers of one ensemble, `zookeeper://host:2181`, or `zookeepers://` for TLS; the first one's user and password (of
   * the scheme `digest`) are for all. One is asked until it is away, then the next.
   */
  urls: readonly string[];
  /** For `zookeepers://`: the authorities to believe (`ca`), a certificate of one's own. Default: what Node believes. */
  tls?: ConnectionOptions;
  /** The node below which everything lies. Default: `/holdfast-lock`. */
  root?: string;
  /** How long one operation may take before its outcome counts as unknown. Default: 1,000. */
  commandTimeoutMs?: number;
}

/** No name in it is `.` or `..`, or has a space. */
const ROOT = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\s]+)+$/;
/** Of ZooKeeper's 1 MB for one message (`jute.maxbuffer`), beyond which it breaks the connection. */
const MAX_BYTES = 900_000;
const BYTES_AROUND_A_NAME = 400;
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Locks in one ZooKeeper ensemble (3.5 or newer). What ZooKeeper confirms, a majority of its servers has on disk. It
 * constructs while ZooKeeper is away, fails each operation within `commandTimeoutMs` with LockUnavailableError, and recovers
 * by itself.
 */
export class ZooKeeperLockProvider implements LockProvider {
  readonly name = 'zookeeper';
  readonly abilities: ReadonlySet<LockAbility> = new Set([
    'distributed',
    'fencing',
    'fair',
    'handOver',
    'inspection',
    'sharing',
    'sharedValues',
  ]);
  readonly values: SharedValues;
  private readonly commandTimeoutMs: number;
  private readonly store: ZooKeeperStore;
  private readonly holding: Holding;
  private sweepAt = performance.now() + Math.random() * SWEEP_EVERY_MS; // processes that start together take turns

  /** @throws LockUsageError */
  constructor({
    urls,
    tls,
    root = '/holdfast-lock',
    commandTimeoutMs = 1_000,
  }: ZooKeeperLockProviderOptions) {
    if (urls.length === 0 || !urls.every(isZooKeeper)) {
      throw new LockUsageError(
        [],
        'ZooKeeper needs at least one url, each of zookeeper:// or zookeepers://.',
      );
    }
    if (!ROOT.test(root)) {
      throw new LockUsageError(
        [],
        `The root of the locks must be a path such as /holdfast-lock, not ${root}.`,
      );
    }
    this.commandTimeoutMs = commandTimeoutMs;
    this.store = new ZooKeeperStore({ urls, tls }, { root, commandTimeoutMs });
    this.holding = new Holding(this.store);
    this.values = new ZooKeeperValues(this.store, commandTimeoutMs);
  }

  check(resources: readonly string[]): void {
    if (!resources.every((resource) => resource.isWellFormed())) {
      throw new LockUsageError(
        resources,
        'A resource must be well-formed Unicode, for ZooKeeper to keep it.',
      );
    }
    const bytes = resources.reduce((sum, resource) => sum + bytesOf(resource), 0);
    if (bytes <= MAX_BYTES) return;
    throw new LockUsageError(
      resources,
      `One call takes names of ${MAX_BYTES} bytes at most, not of ${bytes}.`,
    );
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    requireWellFormed(request);
    return this.inTime(request.resources, (deadline) => new Attempt(this.store, request, deadline).answer());
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.inTime(claim.resources, (deadline) => this.holding.extend(claim, leaseMs, deadline));
  }

  release(claim: LockClaim): Promise<boolean> {
    this.sweepSometimes();
    return this.inTime(claim.resources, (deadline) => this.holding.release(claim, deadline));
  }

  watch(
    { token }: LockClaim,
    listener: (event: ClaimEvent) => void,
    { atOnce = false }: { atOnce?: boolean } = {},
  ): () => void {
    const end = this.store.wakeUp.listen(token, listener);
    if (atOnce) this.holding.followOwn(token);
    return end;
  }

  async adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    requireWellFormed(successor);
    return this.inTime(successor.resources, (deadline) => this.holding.adopt(claim, successor, deadline));
  }

  list(limit: number): Promise<readonly LockInfo[]> {
    return this.inTime([], (deadline) => listLocks(this.store, limit, deadline));
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private sweepSometimes(): void {
    if (performance.now() < this.sweepAt) return;
    this.sweepAt = performance.now() + SWEEP_EVERY_MS;
    sweep(this.store).catch(() => undefined); // the next one goes on
  }

  private async inTime<T>(resources: readonly string[], work: (deadline: number) => Promise<T>): Promise<T> {
    try {
      return await work(performance.now() + this.commandTimeoutMs);
    } catch (error) {
      throw unavailable(resources, error);
    }
  }
}

/** In a transaction that takes a place and a lock, or both. */
function bytesOf(resource: string): number {
  return 3 * encodeURIComponent(resource).length + BYTES_AROUND_A_NAME;
}

function requireWellFormed({ token, resources }: LockClaim): void {
  if (token.isWellFormed()) return;
  throw new LockUsageError(resources, 'A value must be well-formed Unicode, for ZooKeeper to keep it.');
}

function isZooKeeper(url: string): boolean {
  return URL.canParse(url) && /^zookeepers?:$/.test(new URL(url).protocol) && new URL(url).hostname !== '';
}

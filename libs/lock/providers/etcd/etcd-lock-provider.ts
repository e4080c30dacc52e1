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
import { unavailable } from './etcd-errors.js';
import { EtcdValues } from './etcd-values.js';
import { Holding } from './holding.js';
import { listLocks } from './inspection.js';
import { requireFew, requireStorable } from './keys.js';
import { EtcdStore, type Span } from './store.js';

export interface EtcdLockProviderOptions {
  /**
   * The members' client URLs, `http://` or `https://`; the first one's user and password are for all. One is asked until it
   * is away, then the next.
   */
  urls: readonly string[];
  /** For `https://`: the authorities to believe (`ca`), a certificate of one's own. Default: what Node believes. */
  tls?: ConnectionOptions;
  /** Put before every key. Default: `holdfast-lock/`. */
  keyPrefix?: string;
  /** How long one operation may take before its outcome counts as unknown. Default: 1,000. */
  commandTimeoutMs?: number;
}

/**
 * Locks in one etcd cluster (3.4 or newer), through its JSON gateway. What etcd confirms, a majority of its members has on
 * disk. It constructs while etcd is away, fails each operation within `commandTimeoutMs` with LockUnavailableError, and
 * recovers by itself.
 */
export class EtcdLockProvider implements LockProvider {
  readonly name = 'etcd';
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
  private readonly store: EtcdStore;
  private readonly holding: Holding;

  /** @throws LockUsageError */
  constructor({
    urls,
    tls,
    keyPrefix = 'holdfast-lock/',
    commandTimeoutMs = 1_000,
  }: EtcdLockProviderOptions) {
    if (urls.length === 0 || !urls.every(isHttp)) {
      throw new LockUsageError([], 'etcd needs at least one url, each of http:// or https://.');
    }
    this.commandTimeoutMs = commandTimeoutMs;
    this.store = new EtcdStore({ urls, tls }, keyPrefix);
    this.holding = new Holding(this.store);
    this.values = new EtcdValues(this.store, commandTimeoutMs);
  }

  check(resources: readonly string[]): void {
    requireStorable(resources);
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    requireFew(request.resources);
    return this.inTime(request.resources, async (span) =>
      (await Attempt.of(this.store, request, span)).answer(),
    );
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.inTime(claim.resources, (span) => this.holding.extend(claim, leaseMs, span));
  }

  release(claim: LockClaim): Promise<boolean> {
    return this.inTime(claim.resources, (span) => this.holding.release(claim, span));
  }

  watch(
    { token }: LockClaim,
    listener: (event: ClaimEvent) => void,
    { atOnce = false }: { atOnce?: boolean } = {},
  ): () => void {
    const end = this.store.wakeUp.listen(token, listener);
    const hold = atOnce ? this.store.claims.get(token)?.hold : undefined;
    if (hold?.keys[0] !== undefined) this.store.wakeUp.followOwn(token, hold.keys[0], hold.revision);
    return end;
  }

  adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    return this.inTime(successor.resources, (span) => this.holding.adopt(claim, successor, span));
  }

  list(limit: number): Promise<readonly LockInfo[]> {
    return this.inTime([], ({ deadline }) => listLocks(this.store, limit, deadline));
  }

  close(): Promise<void> {
    this.store.close();
    return Promise.resolve();
  }

  private async inTime<T>(resources: readonly string[], work: (span: Span) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work({ startedAt, deadline: startedAt + this.commandTimeoutMs });
    } catch (error) {
      throw unavailable(resources, error);
    }
  }
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

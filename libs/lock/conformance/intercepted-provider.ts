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
} from '../provider.js';

type Listener = (event: ClaimEvent) => void;

/** A real provider whose operations a case can replace one by one, and count. */
export class InterceptedProvider implements LockProvider {
  readonly real: LockProvider;
  readonly name: string;
  readonly abilities: ReadonlySet<LockAbility>;
  readonly acquireSome?: NonNullable<LockProvider['acquireSome']>;
  readonly adopt?: NonNullable<LockProvider['adopt']>;
  readonly list?: (limit: number) => Promise<readonly LockInfo[]>;
  readonly values?: SharedValues;

  onAcquire: ((request: LockRequest) => Promise<Grant | Refusal>) | undefined;
  onExtend: ((claim: LockClaim, leaseMs: number) => Promise<Extension>) | undefined;
  onRelease: ((claim: LockClaim) => Promise<boolean>) | undefined;
  onWatch: ((claim: LockClaim, listener: Listener) => () => void) | undefined;
  onList: ((limit: number) => Promise<readonly LockInfo[]>) | undefined;

  acquires = 0;
  refusals = 0;
  extends = 0;
  releases = 0;
  /** Watches that have not been ended. */
  watching = 0;
  lastRequest: LockRequest | undefined;
  /** From an attempt to the answer to the next, at most: the store may have heard nothing of the claim meanwhile. */
  longestSilenceMs = 0;
  readonly shared: boolean;
  private askedAt: number | undefined;
  /** When each call that is still to be answered was sent. */
  private readonly unanswered = new Map<symbol, number>();
  private slowestMs = 0;

  /** @param shared whether others use the real one too, so that closing this one leaves it open */
  constructor(real: LockProvider, { shared = false }: { shared?: boolean } = {}) {
    this.real = real;
    this.shared = shared;
    this.name = real.name;
    this.abilities = real.abilities;
    const { values } = real;
    if (values) this.values = values;
    if (real.adopt) this.adopt = (claim, successor) => this.forwardAdopt(claim, successor);
    if (real.list) this.list = (limit) => this.onList?.(limit) ?? this.forwardList(limit);
    if (real.acquireSome) this.acquireSome = (requests) => this.forwardAcquireSome(requests);
  }

  check(resources: readonly string[]): void {
    this.real.check(resources);
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    this.acquires += 1;
    this.lastRequest = request;
    const askedAt = performance.now();
    const answer = await this.time(this.onAcquire?.(request) ?? this.real.acquire(request));
    if (this.askedAt !== undefined)
      this.longestSilenceMs = Math.max(this.longestSilenceMs, performance.now() - this.askedAt);
    this.askedAt = askedAt;
    if (!answer.granted) this.refusals += 1;
    return answer;
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    this.extends += 1;
    return this.time(this.onExtend?.(claim, leaseMs) ?? this.real.extend(claim, leaseMs));
  }

  release(claim: LockClaim): Promise<boolean> {
    this.releases += 1;
    return this.time(this.onRelease?.(claim) ?? this.real.release(claim));
  }

  watch(claim: LockClaim, listener: Listener, options?: { atOnce?: boolean }): () => void {
    this.watching += 1;
    const end = this.onWatch?.(claim, listener) ?? this.real.watch(claim, listener, options);
    let ended = false;
    return () => {
      if (!ended) this.watching -= 1;
      ended = true;
      end();
    };
  }

  /** How long the slowest answer took since this was last asked for, or has been waited for. */
  takeSlowestMs(): number {
    const now = performance.now();
    const slowestMs = [...this.unanswered.values()].reduce(
      (most, at) => Math.max(most, now - at),
      this.slowestMs,
    );
    this.slowestMs = 0;
    return slowestMs;
  }

  close(): Promise<void> {
    return this.shared ? Promise.resolve() : this.real.close();
  }

  private async time<T>(answer: Promise<T>): Promise<T> {
    const [call, askedAt] = [Symbol('call'), performance.now()];
    this.unanswered.set(call, askedAt);
    try {
      return await answer;
    } finally {
      this.unanswered.delete(call);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - askedAt);
    }
  }

  private async forwardAdopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    return this.real.adopt?.(claim, successor);
  }

  private async forwardList(limit: number): Promise<readonly LockInfo[]> {
    return (await this.real.list?.(limit)) ?? [];
  }

  private async forwardAcquireSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    this.acquires += 1; // sent together
    return (await this.real.acquireSome?.(requests)) ?? [];
  }
}

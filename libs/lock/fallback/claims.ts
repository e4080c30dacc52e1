import type { LockRequest } from '../provider.js';
import type { Route } from './degradation.js';

export type Side = 'primary' | 'fallback';

const SWEEP_FROM = 1_024;

/** Where a claim of this process was granted, and where something of it may be left. */
export class KnownClaim {
  readonly resources: readonly string[];
  readonly token: string;
  readonly owner: string;
  /** The way of its last attempt: a grant that a store makes by itself counts only if that store alone was asked. */
  route: Route | undefined;
  /** When its last attempt began, and how long its place lasts from then. */
  attemptAt = -Infinity;
  placeMs = 0;
  /** It is being given back, and a release whose reply is missing may be applied at any time: the token is not used again. */
  isEnding = false;
  /** It is being taken on the other side too. */
  joining: Promise<void> | undefined;
  private readonly heldUntil: Record<Side, number> = { primary: -Infinity, fallback: -Infinity };
  private readonly leftUntil: Record<Side, number> = { primary: -Infinity, fallback: -Infinity };

  constructor({ resources, token, owner }: Pick<LockRequest, 'resources' | 'token' | 'owner'>) {
    this.resources = resources;
    this.token = token;
    this.owner = owner;
  }

  /** Whether it counts on that side: never for longer than the store does. */
  holds(side: Side): boolean {
    return performance.now() < this.heldUntil[side];
  }

  /** Whether the side may still keep something for it: never for shorter than the store does, if all went well. */
  isLeftAt(side: Side): boolean {
    return performance.now() < this.leftUntil[side];
  }

  get isOver(): boolean {
    return !this.isLeftAt('primary') && !this.isLeftAt('fallback');
  }

  /** @param from when the command was sent, or earlier */
  hold(side: Side, from: number, leaseMs: number): void {
    this.heldUntil[side] = from + leaseMs;
    this.leave(side, leaseMs);
  }

  /** The side may have been given something for so long, from now. */
  leave(side: Side, forMs: number): void {
    this.leftUntil[side] = Math.max(this.leftUntil[side], performance.now() + forMs);
  }

  drop(side: Side): void {
    this.heldUntil[side] = -Infinity;
    this.leftUntil[side] = -Infinity;
  }
}

/** The claims of this process; those of which no store can have anything left are forgotten as the number grows. */
export class KnownClaims {
  private readonly byToken = new Map<string, KnownClaim>();
  private sweepAt = SWEEP_FROM;

  get(token: string): KnownClaim | undefined {
    return this.byToken.get(token);
  }

  open(request: LockRequest): KnownClaim {
    let claim = this.byToken.get(request.token);
    if (!claim) {
      claim = new KnownClaim(request);
      this.sweep();
      this.byToken.set(request.token, claim);
    }
    return claim;
  }

  forget(token: string): void {
    this.byToken.delete(token);
  }

  private sweep(): void {
    if (this.byToken.size < this.sweepAt) return;
    for (const [token, claim] of this.byToken) if (claim.isOver) this.byToken.delete(token);
    this.sweepAt = Math.max(SWEEP_FROM, 2 * this.byToken.size);
  }
}

import type { Lease } from './leases.js';

/** What this process knows of a claim of its own. */
export interface Claim {
  readonly lease: Lease;
  /** The places that it has in its queues. */
  readonly place?: Place | undefined;
  readonly hold?: Hold | undefined;
}

export interface Place {
  /** The same in each queue. */
  readonly createRevision: number;
  /** In the order of the resources. */
  readonly modRevisions: readonly number[];
}

/** What is held: lists in the order of the resources. */
export interface Hold {
  readonly keys: readonly string[];
  readonly fences: readonly number[];
  readonly owner: string;
  readonly permits: number;
  readonly acquiredAtMs: number;
  readonly leaseMs: number;
  /** Of the last write. */
  readonly revision: number;
  /** When its lease is over at the latest, on the monotonic clock: it is another's to take then. */
  readonly endsAt: number;
}

/** A lease that is counted from a write that has just been confirmed is over by then. */
export function endOf(leaseMs: number): number {
  return performance.now() + leaseMs;
}

/** A claim that is never released would be known for ever: the oldest are forgotten. */
const MAX_CLAIMS = 10_000;

/** The claims of this process by their tokens: a memory that saves a question, and that may be lost. */
export class Claims {
  private readonly byToken = new Map<string, Claim>();

  get(token: string): Claim | undefined {
    return this.byToken.get(token);
  }

  has(token: string): boolean {
    return this.byToken.has(token);
  }

  set(token: string, claim: Claim): void {
    this.byToken.delete(token);
    this.byToken.set(token, claim);
    const [oldest] = this.byToken.keys();
    if (this.byToken.size > MAX_CLAIMS && oldest !== undefined) this.byToken.delete(oldest);
  }

  forget(token: string): void {
    this.byToken.delete(token);
  }
}

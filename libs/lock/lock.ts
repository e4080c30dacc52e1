import { LockLostError, LockUnavailableError, LockUsageError } from './errors.js';
import type { LockStore, TimedGrant } from './lock-store.js';
import type { LockRequest } from './provider.js';

/** A lock that was granted. Its watchdog renews the lease until it is released, lost, or held for `maxHoldMs`. */
export interface Lock {
  /** Sorted, without duplicates. */
  readonly resources: readonly string[];
  /** Per resource a number that is higher than that of every earlier grant; empty where the provider has none. */
  readonly fences: ReadonlyMap<string, number>;
  /** The fence of the only resource. @throws LockUsageError when there are several, or none has one */
  readonly fence: number;
  /** Aborts, with a LockLostError as its reason, the moment the lock can no longer be relied on. A release does not abort it. */
  readonly signal: AbortSignal;
  /**
   * Counts the lease anew, with a new length that the watchdog keeps to.
   * @returns false when the lock is not held any more
   * @throws LockUnavailableError when the store did not answer; the lock is held until its signal says otherwise
   */
  extend(leaseMs: number): Promise<boolean>;
  /**
   * Gives the lock back; later calls have the first one's outcome.
   * @returns false when it had been lost before
   * @throws LockUnavailableError when the store did not answer; the lease ends it then
   */
  release(): Promise<boolean>;
  /** Releases, and never rejects: the lease ends what the store does not hear of. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface HeldLockOptions {
  store: LockStore;
  request: LockRequest;
  grant: TimedGrant;
  maxHoldMs: number;
  /** Called once, when the lock is released or lost. */
  onEnd: (lock: HeldLock, end: { awaitedElsewhere: boolean }) => void;
}

const RENEWALS_PER_LEASE = 3;
const RETRIES_PER_LEASE = 12;

export class HeldLock implements Lock {
  readonly resources: readonly string[];
  readonly fences: ReadonlyMap<string, number>;
  private readonly store: LockStore;
  private readonly request: LockRequest;
  private readonly onEnd: HeldLockOptions['onEnd'];
  private readonly abortController = new AbortController();
  private readonly renewUntil: number;
  private state: 'held' | 'lost' | 'released' = 'held';
  private leaseMs: number;
  private deadline: number;
  private lastSentAt: number;
  private deadlineTimer: NodeJS.Timeout | undefined;
  private renewalTimer: NodeJS.Timeout | undefined;
  private releasing: Promise<boolean> | undefined;

  constructor({ store, request, grant, maxHoldMs, onEnd }: HeldLockOptions) {
    this.resources = request.resources;
    this.fences = new Map(grant.fences.map((fence, index) => [request.resources[index] ?? '', fence]));
    this.store = store;
    this.request = request;
    this.onEnd = onEnd;
    this.renewUntil = grant.sentAt + maxHoldMs;
    this.leaseMs = request.leaseMs;
    this.lastSentAt = grant.sentAt;
    this.deadline = grant.sentAt + request.leaseMs;
    this.armDeadline();
    this.armRenewal(grant.sentAt + this.leaseMs / RENEWALS_PER_LEASE);
  }

  get fence(): number {
    const [fence] = this.fences.values();
    if (fence === undefined || this.resources.length > 1) {
      throw new LockUsageError(
        this.resources,
        'A lock has one fence when it has one resource: use lock.fences.',
      );
    }
    return fence;
  }

  get signal(): AbortSignal {
    this.loseIfOverdue(); // a blocked event loop delays the timer, not this look at the clock
    return this.abortController.signal;
  }

  private isHeld(): boolean {
    this.loseIfOverdue();
    return this.state === 'held';
  }

  async extend(leaseMs: number): Promise<boolean> {
    requireLease(this.resources, leaseMs);
    try {
      const extended = await this.prolong(leaseMs);
      if (extended) {
        this.leaseMs = leaseMs;
        this.armRenewal(this.lastSentAt + leaseMs / RENEWALS_PER_LEASE);
      }
      return extended;
    } catch (error) {
      if (this.isHeld()) this.armRenewal(performance.now() + leaseMs / RETRIES_PER_LEASE);
      throw error;
    }
  }

  release(): Promise<boolean> {
    this.releasing ??= this.giveBack();
    return this.releasing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }

  /** Declares the lock unreliable. */
  lose(reason: string, cause?: unknown): void {
    if (this.state !== 'held') return;
    this.stop('lost');
    this.abortController.abort(new LockLostError(this.resources, reason, cause));
    this.onEnd(this, { awaitedElsewhere: false });
  }

  private async giveBack(): Promise<boolean> {
    const wasHeld = this.isHeld();
    if (wasHeld) this.stop('released');
    let awaitedElsewhere = false;
    try {
      const release = await this.store.release(this.request, this.leaseMs);
      awaitedElsewhere = release.awaitedElsewhere;
      return wasHeld && release.complete;
    } finally {
      if (wasHeld) this.onEnd(this, { awaitedElsewhere });
    }
  }

  private async prolong(leaseMs: number): Promise<boolean> {
    if (!this.isHeld()) return false;
    const sentAt = performance.now();
    this.lastSentAt = sentAt;
    // A shorter lease counts from when it is sent: it may be applied though its reply is lost.
    if (sentAt + leaseMs < this.deadline) this.moveDeadline(sentAt + leaseMs);
    const kept = await this.store.extend(this.request, leaseMs);
    if (!this.isHeld()) return false;
    if (!kept) {
      this.lose('its key is gone from the store, or belongs to another');
      return false;
    }
    if (sentAt === this.lastSentAt) this.moveDeadline(sentAt + leaseMs); // a later command decides otherwise
    return true;
  }

  private async renew(): Promise<void> {
    if (performance.now() >= this.renewUntil) return;
    const startedAt = performance.now();
    try {
      if (!(await this.prolong(this.leaseMs))) return;
      this.armRenewal(startedAt + this.leaseMs / RENEWALS_PER_LEASE);
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      if (this.isHeld()) this.armRenewal(performance.now() + this.leaseMs / RETRIES_PER_LEASE);
    }
  }

  private armRenewal(at: number): void {
    clearTimeout(this.renewalTimer);
    this.renewalTimer = setTimeout(() => void this.renew(), Math.max(1, at - performance.now())).unref();
  }

  private moveDeadline(deadline: number): void {
    this.deadline = deadline;
    clearTimeout(this.deadlineTimer);
    this.armDeadline();
  }

  private armDeadline(): void {
    const delayMs = Math.max(0, this.deadline - performance.now());
    this.deadlineTimer = setTimeout(() => this.loseAtDeadline(), delayMs).unref();
  }

  private loseIfOverdue(): void {
    if (this.state === 'held' && performance.now() >= this.deadline) this.loseAtDeadline();
  }

  private loseAtDeadline(): void {
    const heldTooLong = this.deadline > this.renewUntil;
    this.lose(
      heldTooLong ? 'it was held for longer than maxHoldMs' : 'its lease ended before a renewal succeeded',
    );
  }

  private stop(state: 'lost' | 'released'): void {
    this.state = state;
    clearTimeout(this.deadlineTimer);
    clearTimeout(this.renewalTimer);
  }
}

/** The longest lease or wait: Node's timers count no further than 2^31 - 1 ms. */
const MAX_MS = 2 ** 31 - 1;

/** @throws LockUsageError */
export function requireLease(resources: readonly string[], leaseMs: number): void {
  if (Number.isInteger(leaseMs) && leaseMs > 0 && leaseMs <= MAX_MS) return;
  throw new LockUsageError(resources, `leaseMs must be a whole number from 1 to ${MAX_MS}, not ${leaseMs}.`);
}

/** @throws LockUsageError */
export function requireWait(resources: readonly string[], waitMs: number): void {
  if (waitMs >= 0 && waitMs <= MAX_MS) return;
  throw new LockUsageError(resources, `waitMs must be a number from 0 to ${MAX_MS}, not ${waitMs}.`);
}

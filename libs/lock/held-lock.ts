import { LockLostError, LockUnavailableError, LockUsageError } from './errors.js';
import { toTicket } from './hand-over-ticket.js';
import type { Lock } from './lock.js';
import type { LockStore, TimedGrant } from './lock-store.js';
import type { ClaimEvent, LockRequest } from './provider.js';
import { Reentry } from './reentry.js';
import { requireAbility, requireLease } from './requirements.js';

export interface HeldLockOptions {
  store: LockStore;
  request: LockRequest;
  grant: TimedGrant;
  maxHoldMs: number;
  /** Others of this process wait for it. */
  isAwaitedHere: () => boolean;
  observer: HeldLockObserver;
}

/** Hears of the end as soon as the lock is released or lost, and of failures that nobody else may hear of. */
export interface HeldLockObserver {
  /** From now on the lock is the heir's, if there is one: until `validUntil` it was this one's. */
  releaseSent(validUntil: number): void;
  ended(lock: HeldLock, heldMs: number, lost: LockLostError | undefined): void;
  extendFailed(error: unknown): void;
  releaseFailed(error: unknown): void;
}

const RENEWALS_PER_LEASE = 3;
const RETRIES_PER_LEASE = 12;
/** What the store granted by itself is asked for by a job that takes longer than this; most are done by then. */
const CONFIRM_MS = 50;

export class HeldLock implements Lock {
  readonly resources: readonly string[];
  readonly fences: ReadonlyMap<string, number>;
  readonly request: LockRequest;
  private readonly store: LockStore;
  private readonly isAwaitedHere: () => boolean;
  private readonly observer: HeldLockObserver;
  private abortController: AbortController | undefined;
  private lossError: LockLostError | undefined;
  private readonly grantedAt = performance.now();
  private readonly renewUntil: number;
  private state: 'held' | 'lost' | 'released' = 'held';
  private leaseMs: number;
  private isWholeLease: boolean;
  private deadline: number;
  private lastSentAt = this.grantedAt;
  private deadlineTimer: NodeJS.Timeout | undefined;
  private renewalTimer: NodeJS.Timeout | undefined;
  private giving: Promise<boolean> | undefined;
  private releasing: Promise<boolean> | undefined;
  private handles = 1;
  private handedOver = false;
  private readonly contentionListeners: (() => void)[] = [];
  private endWatch: (() => void) | undefined;

  constructor({ store, request, grant, maxHoldMs, isAwaitedHere, observer }: HeldLockOptions) {
    this.resources = request.resources;
    this.fences = new Map(grant.fences.map((fence, index) => [request.resources[index] ?? '', fence]));
    this.request = request;
    this.store = store;
    this.isAwaitedHere = isAwaitedHere;
    this.observer = observer;
    this.renewUntil = this.grantedAt + maxHoldMs;
    this.leaseMs = request.leaseMs;
    this.deadline = grant.validUntil;
    this.isWholeLease = grant.isWholeLease;
    const restMs = this.deadline - this.grantedAt;
    const firstRenewalMs = restMs / RENEWALS_PER_LEASE;
    this.armRenewal(
      this.grantedAt + (this.isWholeLease ? firstRenewalMs : Math.min(firstRenewalMs, CONFIRM_MS)),
    );
  }

  get fence(): number {
    return onlyFence(this);
  }

  get signal(): AbortSignal {
    this.loseIfOverdue(); // a blocked event loop delays the timer, not this look at the clock
    if (!this.abortController) {
      this.abortController = new AbortController(); // made when somebody listens: it costs more than all the rest here
      if (this.lossError) this.abortController.abort(this.lossError);
    }
    return this.abortController.signal;
  }

  isOf(store: LockStore): boolean {
    return this.store === store;
  }

  isHeld(): boolean {
    this.loseIfOverdue();
    return this.state === 'held';
  }

  get isHandedOver(): boolean {
    return this.handedOver;
  }

  async extend(leaseMs: number): Promise<boolean> {
    requireLease(this.resources, leaseMs);
    return (await this.prolongAnew(leaseMs)).held;
  }

  /** The first handle's. */
  release(): Promise<boolean> {
    this.releasing ??= this.releaseHandle();
    return this.releasing;
  }

  /** Of several handles the last one gives the lock back. */
  releaseHandle(): Promise<boolean> {
    this.handles -= 1;
    return this.handles > 0 ? Promise.resolve(this.isHeld()) : this.giveBack();
  }

  async releaseAfter(delayMs: number): Promise<boolean> {
    requireLease(this.resources, delayMs, 'delayMs');
    this.requireOneHandle('releaseAfter');
    if (!this.isHeld()) return false;
    clearTimeout(this.renewalTimer); // a renewal would make it last longer again
    const sentAt = performance.now();
    try {
      const { held } = await this.store.extend(this.request, delayMs);
      if (held) {
        this.giving = Promise.resolve(true);
        if (this.isHeld()) this.end('released');
      } else {
        this.lose('its key is gone from the store, or belongs to another');
      }
      return held;
    } catch (error) {
      // It may have been applied though its reply is lost.
      if (sentAt + delayMs < this.deadline) this.moveDeadline(sentAt + delayMs);
      if (this.isHeld()) this.armRenewal(performance.now());
      throw error;
    }
  }

  async isContended(): Promise<boolean> {
    requireAbility(this.store.provider, 'fair');
    if (this.isAwaitedHere()) return true;
    const { held, contended } = await this.prolongAnew(this.leaseMs);
    if (!held) throw this.loss();
    return contended;
  }

  async yieldIfContended(): Promise<boolean> {
    if (!(await this.isContended())) return false;
    if (this.handles > 1) return false; // an inner handle relies on it
    await this.release();
    return true;
  }

  onContended(listener: () => void): void {
    this.contentionListeners.push(listener);
    if (this.store.provider.abilities.has('contentionEvents') && this.isHeld()) this.watch();
  }

  reenter(): Lock {
    if (!this.isHeld()) throw this.loss();
    this.handles += 1;
    return new Reentry(this);
  }

  async handOver({ leaseMs = this.leaseMs } = {}): Promise<string> {
    requireLease(this.resources, leaseMs);
    requireAbility(this.store.provider, 'handOver');
    if (this.request.permits) throw new LockUsageError(this.resources, 'A permit is not handed over.');
    this.requireOneHandle('handOver');
    if (!this.isHeld()) throw this.loss();
    clearTimeout(this.renewalTimer);
    this.watch();
    try {
      const { held } = await this.prolong(leaseMs);
      if (!held) throw this.loss();
    } catch (error) {
      if (this.isHeld()) this.armRenewal(performance.now());
      throw error;
    }
    clearTimeout(this.renewalTimer); // of a renewal that was under way
    this.handedOver = true;
    return toTicket({ ...this.request, provider: this.store.name, leaseMs });
  }

  /** Releases; a lock that was handed over is left to who adopts it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isHandedOver) return;
    await this.release().catch(() => undefined);
  }

  /** Declares the lock unreliable. Of one that was handed over this is the end that was meant. */
  lose(reason: string, cause?: unknown): void {
    if (this.state !== 'held') return;
    this.end('lost', new LockLostError(this.resources, reason, cause));
  }

  /** From here on the store tells what happens to it. */
  private watch(): void {
    this.endWatch ??= this.store.watch(this.request, (event) => this.hear(event), { atOnce: true });
  }

  private hear(event: ClaimEvent): void {
    if ('adopted' in event) this.lose('another process has adopted it');
    else if ('contended' in event) this.tellContended();
    else if (this.isHandedOver)
      void this.askWhetherAdopted(); // it may have been, before there was anybody to hear of it
    else if (this.contentionListeners.length > 0) void this.renew(); // which tells who waits
  }

  private tellContended(): void {
    if (this.state !== 'held') return;
    for (const listener of this.contentionListeners) listener();
  }

  private async askWhetherAdopted(): Promise<void> {
    const restMs = Math.ceil(this.deadline - performance.now());
    if (!this.isHandedOver || !this.isHeld() || restMs <= 0) return;
    try {
      const { held } = await this.store.extend(this.request, restMs);
      if (!held) this.lose('another process has adopted it');
    } catch (error) {
      this.observer.extendFailed(error);
    }
  }

  private loss(): LockLostError {
    return this.lossError ?? new LockLostError(this.resources, 'it was released');
  }

  private requireOneHandle(call: string): void {
    if (this.handles > 1)
      throw new LockUsageError(this.resources, `${call} with an open re-entry that relies on it.`);
  }

  /** Whatever handles there are. */
  giveBack(): Promise<boolean> {
    this.giving ??= this.sendRelease();
    return this.giving;
  }

  private async sendRelease(): Promise<boolean> {
    const wasHeld = this.isHeld();
    const complete = this.store.release(this.request, this.leaseMs);
    if (wasHeld) {
      this.end('released');
      // What was handed over may be somebody else's by now.
      if (!this.isHandedOver) this.observer.releaseSent(this.deadline);
    }
    try {
      return (await complete) && wasHeld;
    } catch (error) {
      this.observer.releaseFailed(error);
      throw error;
    }
  }

  /** @returns whether it is held, and whether others wait in the store's queue */
  private async prolong(leaseMs: number): Promise<{ held: boolean; contended: boolean }> {
    const gone = { held: false, contended: false };
    if (!this.isHeld()) return gone;
    const sentAt = performance.now();
    this.lastSentAt = sentAt;
    // A shorter lease counts from when it is sent: it may be applied though its reply is lost.
    if (sentAt + leaseMs < this.deadline) this.moveDeadline(sentAt + leaseMs);
    const extension = await this.store.extend(this.request, leaseMs);
    if (!this.isHeld()) return gone;
    if (!extension.held) {
      this.lose('its key is gone from the store, or belongs to another');
      return gone;
    }
    this.isWholeLease = true;
    if (sentAt === this.lastSentAt) this.moveDeadline(sentAt + leaseMs); // a later command decides otherwise
    if (extension.contended) this.tellContended();
    return extension;
  }

  /** Prolongs, and renews from then on by the new lease. */
  private async prolongAnew(leaseMs: number): Promise<{ held: boolean; contended: boolean }> {
    try {
      const extension = await this.prolong(leaseMs);
      if (extension.held) {
        this.leaseMs = leaseMs;
        this.armRenewal(this.lastSentAt + leaseMs / RENEWALS_PER_LEASE);
      }
      return extension;
    } catch (error) {
      if (this.isHeld()) this.armRenewal(performance.now() + leaseMs / RETRIES_PER_LEASE);
      throw error;
    }
  }

  private async renew(): Promise<void> {
    if (!this.deadlineTimer) this.armDeadline(); // most locks are released before they need one
    if (this.isHandedOver || (this.isWholeLease && performance.now() >= this.renewUntil)) return;
    try {
      await this.prolongAnew(this.leaseMs);
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      this.observer.extendFailed(error);
    }
  }

  private armRenewal(at: number): void {
    clearTimeout(this.renewalTimer);
    if (this.isHandedOver) return;
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
    if (this.isHandedOver) this.lose('nobody adopted it before its lease ended');
    else if (this.deadline > this.renewUntil) this.lose('it was held for longer than maxHoldMs');
    else this.lose('its lease ended before a renewal succeeded');
  }

  private end(state: 'lost' | 'released', error?: LockLostError): void {
    this.state = state;
    clearTimeout(this.deadlineTimer);
    clearTimeout(this.renewalTimer);
    this.endWatch?.();
    this.lossError = error;
    if (error) this.abortController?.abort(error);
    this.observer.ended(this, performance.now() - this.grantedAt, this.isHandedOver ? undefined : error);
  }
}

function onlyFence({ resources, fences }: Lock): number {
  const [fence] = fences.values();
  if (fence === undefined || resources.length > 1) {
    throw new LockUsageError(resources, 'A lock has one fence when it has one resource: use lock.fences.');
  }
  return fence;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitBreaker } from './circuit-breaker.js';
import { LockUnavailableError } from './errors.js';
import type { Grant, LockClaim, LockProvider, LockRequest, Refusal, Release } from './provider.js';
import type { WaitLimit } from './wait-limit.js';

/** A grant can be relied on until `sentAt` + lease, on this process's monotonic clock: the store began to count later. */
export interface TimedGrant extends Grant {
  readonly sentAt: number;
}

const RETURN_FIRST_DELAY_MS = 50;
const RETURN_MAX_DELAY_MS = 1_000;

/** The provider behind the rules for a store that is away or answers late: nothing is sent in vain, nothing is left there. */
export class LockStore {
  private readonly provider: LockProvider;
  private readonly breaker: CircuitBreaker;
  private readonly background = new Set<Promise<unknown>>();
  private readonly closing = new AbortController();

  constructor(
    provider: LockProvider,
    options: { breakerOpenMs: number; onUnavailable: (cause: unknown) => void },
  ) {
    this.provider = provider;
    this.breaker = new CircuitBreaker({ openMs: options.breakerOpenMs, onOpen: options.onUnavailable });
  }

  /**
   * One attempt. When the limit is reached first, it rejects with the limit's error, and what the store grants
   * afterwards is given back.
   * @throws LockUnavailableError
   */
  async acquire(request: LockRequest, limit: WaitLimit): Promise<TimedGrant | Refusal> {
    const attempt = this.attempt(request);
    try {
      return await limit.race(attempt);
    } catch (error) {
      // Its own failure has already given back what there may be; only the limit leaves a grant behind.
      this.inBackground(attempt.then((answer) => answer.granted && this.giveBack(request)));
      throw error;
    }
  }

  /** One try. @throws LockUnavailableError */
  extend(claim: LockClaim, leaseMs: number): Promise<boolean> {
    return this.provider.extend(claim, leaseMs);
  }

  /** @throws LockUnavailableError; until the lease ends, the store is then asked again in the background */
  async release(claim: LockClaim, leaseMs: number): Promise<Release> {
    try {
      return await this.provider.release(claim);
    } catch (error) {
      try {
        if (!isUnknown(error)) throw error;
        const again = await this.provider.release(claim);
        return { ...again, complete: true }; // what is missing now was freed by the first, whose reply was lost
      } catch (failure) {
        this.giveBack({ ...claim, leaseMs });
        throw failure;
      }
    }
  }

  /** Ends what goes on in the background and waits for it; the leases end what is left. */
  async close(): Promise<void> {
    this.closing.abort();
    while (this.background.size > 0) await Promise.allSettled(this.background);
    await this.provider.close();
  }

  private async attempt(request: LockRequest): Promise<TimedGrant | Refusal> {
    const answer = await this.guarded(request);
    if (!answer.granted || performance.now() < answer.sentAt + request.leaseMs) return answer;
    this.giveBack(request);
    const late = new Error(`its grant took longer to arrive than the lease of ${request.leaseMs} ms`);
    throw new LockUnavailableError(request.resources, late, 'none');
  }

  private async guarded(request: LockRequest): Promise<TimedGrant | Refusal> {
    if (!this.breaker.admits()) throw new LockUnavailableError(request.resources, this.breaker.cause, 'none');
    try {
      const answer = await this.sendUntilKnown(request);
      this.breaker.succeeded();
      return answer;
    } catch (error) {
      this.breaker.failed(error instanceof LockUnavailableError ? error.cause : error);
      throw error;
    }
  }

  /** Twice at most. The token is the same: if the first was applied and its reply lost, the second is granted the same. */
  private async sendUntilKnown(request: LockRequest): Promise<TimedGrant | Refusal> {
    try {
      return await this.send(request);
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
    try {
      return await this.send(request);
    } catch (error) {
      this.giveBack(request);
      throw error;
    }
  }

  private async send(request: LockRequest): Promise<TimedGrant | Refusal> {
    const sentAt = performance.now();
    const answer = await this.provider.acquire(request);
    return answer.granted ? { ...answer, sentAt } : answer;
  }

  /** Frees in the background what the claim may hold, for as long as a lease that nobody renews can last. */
  private giveBack(claim: LockClaim & { leaseMs: number }): void {
    this.inBackground(this.returnUntilDone(claim));
  }

  private inBackground(work: Promise<unknown>): void {
    const done = work.catch(() => undefined).finally(() => this.background.delete(done));
    this.background.add(done);
  }

  private async returnUntilDone(claim: LockClaim & { leaseMs: number }): Promise<void> {
    const leaseEnd = performance.now() + claim.leaseMs;
    for (let delayMs = RETURN_FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, RETURN_MAX_DELAY_MS)) {
      try {
        await this.provider.release(claim);
        return;
      } catch {
        if (performance.now() + delayMs > leaseEnd) return;
      }
      const { signal } = this.closing;
      const goesOn = await sleep(delayMs, true, { ref: false, signal }).catch(() => false);
      if (!goesOn) return;
    }
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof LockUnavailableError && error.outcome === 'unknown';
}

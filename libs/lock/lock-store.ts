import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitBreaker } from './circuit-breaker.js';
import { LockUnacknowledgedError, LockUnavailableError } from './errors.js';
import type {
  ClaimEvent,
  Extension,
  Grant,
  LockClaim,
  LockProvider,
  LockRequest,
  Refusal,
} from './provider.js';
import type { WaitLimit } from './wait-limit.js';

export interface TimedGrant extends Grant {
  /** On this process's monotonic clock: when the command was sent, and so before the store began to count, plus the lease. */
  readonly validUntil: number;
  /** False when the store made the grant by itself, for less than the lease that was asked for. */
  readonly isWholeLease: boolean;
}

const RETURN_FIRST_DELAY_MS = 50;
const RETURN_MAX_DELAY_MS = 1_000;

/** The provider behind the rules for a store that is away or answers late: nothing is sent in vain, nothing is left there. */
export class LockStore {
  readonly provider: LockProvider;
  /** As tickets and calls name it. */
  readonly name: string;
  private readonly breaker: CircuitBreaker;
  private readonly background = new Set<Promise<unknown>>();
  private readonly closing = new AbortController();

  constructor(
    provider: LockProvider,
    options: { name: string; breakerOpenMs: number; onUnavailable: (cause: unknown) => void },
  ) {
    this.provider = provider;
    this.name = options.name;
    setMaxListeners(0, this.closing.signal); // as many as there is to give back; Node would call eleven a leak
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
      // Its own failure has already given back what there may be; only the limit leaves a grant or a place behind.
      const isLeft = (answer: Grant | Refusal): boolean => answer.granted || request.placeMs > 0;
      this.inBackground(attempt.then((answer) => isLeft(answer) && this.giveBack(request)));
      throw error;
    }
  }

  /**
   * Requests of one resource each, in one attempt. When it rejects, what was or will be granted is given back.
   * @throws whatever ended the limit, or LockUnavailableError
   */
  async acquireSome(requests: readonly LockRequest[], limit: WaitLimit): Promise<(TimedGrant | Refusal)[]> {
    const [first] = requests;
    if (!first) return [];
    const sentAt = performance.now();
    const attempt = this.guarded(limit.resources, () => this.sendSome(requests));
    try {
      const answers = await limit.race(attempt);
      const validUntil = sentAt + first.leaseMs;
      if (performance.now() >= validUntil) throw lateGrant(first);
      return answers.map((answer) => timed(answer, validUntil));
    } catch (error) {
      const giveBackAll = (): void => requests.forEach((request) => this.giveBack(request));
      this.inBackground(attempt.then(giveBackAll, giveBackAll));
      throw error;
    }
  }

  /** One try. @throws LockUnavailableError */
  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.provider.extend(claim, leaseMs);
  }

  /**
   * @returns whether every resource was still held
   * @throws LockUnavailableError; until the lease ends, the store is then asked again in the background
   */
  async release(claim: LockClaim, leaseMs: number): Promise<boolean> {
    try {
      return await this.provider.release(claim);
    } catch (error) {
      try {
        if (!isUnknown(error)) throw error;
        await this.provider.release(claim);
        return true; // what is missing now was freed by the first, whose reply was lost
      } catch (failure) {
        this.giveBack({ ...claim, leaseMs });
        throw failure;
      }
    }
  }

  /** @returns undefined when the claim did not hold every resource. @throws LockUnavailableError */
  async adopt(claim: LockClaim, successor: LockRequest): Promise<TimedGrant | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const validUntil = performance.now() + successor.leaseMs;
      try {
        const grant = await this.provider.adopt?.(claim, successor); // who has adopted already succeeds again
        if (!grant) return undefined;
        if (performance.now() >= validUntil) throw lateGrant(successor);
        return timed(grant, validUntil);
      } catch (error) {
        if (attempt === 1 && isUnknown(error)) continue;
        this.giveBack(successor);
        throw error;
      }
    }
  }

  watch(claim: LockClaim, listener: (event: ClaimEvent) => void, options?: { atOnce?: boolean }): () => void {
    return this.provider.watch(claim, listener, options);
  }

  /** Frees in the background what the claim may hold, for as long as a lease that nobody renews can last. */
  giveBack(claim: LockClaim & { leaseMs: number }): void {
    this.inBackground(this.returnUntilDone(claim));
  }

  /** Ends what goes on in the background and waits for it; the leases end what is left. */
  async close(): Promise<void> {
    this.closing.abort();
    while (this.background.size > 0) await Promise.allSettled(this.background);
    await this.provider.close();
  }

  private async attempt(request: LockRequest): Promise<TimedGrant | Refusal> {
    const answer = await this.guarded(request.resources, () => this.sendUntilKnown(request));
    if (!answer.granted || performance.now() < answer.validUntil) return answer;
    this.giveBack(request);
    throw lateGrant(request);
  }

  private async guarded<Answer>(resources: readonly string[], send: () => Promise<Answer>): Promise<Answer> {
    if (!this.breaker.admits()) throw new LockUnavailableError(resources, this.breaker.cause, 'none');
    try {
      const answer = await send();
      this.breaker.succeeded();
      return answer;
    } catch (error) {
      if (error instanceof LockUnacknowledgedError) this.breaker.succeeded();
      else this.breaker.failed(error instanceof LockUnavailableError ? error.cause : error);
      throw error;
    }
  }

  /** Twice at most. The token is the same: if the first was applied and its reply lost, the second is granted the same. */
  private async sendUntilKnown(request: LockRequest): Promise<TimedGrant | Refusal> {
    for (let attempt = 1; ; attempt += 1) {
      const sentAt = performance.now();
      try {
        return timed(await this.provider.acquire(request), sentAt + request.leaseMs);
      } catch (error) {
        if (attempt === 1 && isUnknown(error)) continue;
        if (attempt === 1) throw error;
        this.giveBack(request); // the first may have been applied, whatever is known of the second
        throw isNotSent(error) ? new LockUnavailableError(request.resources, error.cause, 'unknown') : error;
      }
    }
  }

  private async sendSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    if (this.provider.acquireSome) return this.provider.acquireSome(requests);
    const outcomes = await Promise.allSettled(requests.map((request) => this.provider.acquire(request)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
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

function timed(answer: Grant, validUntil: number): TimedGrant;
function timed(answer: Grant | Refusal, validUntil: number): TimedGrant | Refusal;
function timed(answer: Grant | Refusal, validUntil: number): TimedGrant | Refusal {
  return answer.granted ? { granted: true, fences: answer.fences, validUntil, isWholeLease: true } : answer;
}

function lateGrant({ resources, leaseMs }: LockRequest): LockUnavailableError {
  const late = new Error(`its grant took longer to arrive than the lease of ${leaseMs} ms`);
  return new LockUnavailableError(resources, late, 'none');
}

function isNotSent(error: unknown): error is LockUnavailableError {
  const isUnavailable = error instanceof LockUnavailableError && !(error instanceof LockUnacknowledgedError);
  return isUnavailable && error.outcome === 'none';
}

function isUnknown(error: unknown): boolean {
  return error instanceof LockUnavailableError && error.outcome === 'unknown';
}

import { LockUnavailableError, LockUsageError } from '../errors.js';
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
import { ChainValues } from './chain-values.js';
import { type KnownClaim, KnownClaims, type Side } from './claims.js';
import { type ChainState, type ChainSwitch, Degradation, markerTtlMs } from './degradation.js';
import { FenceMemory } from './fence-memory.js';
import { DegradationMarker } from './marker.js';
import { isReserved, probeOf } from './probe.js';

export interface FallbackLockProviderOptions {
  /** Asked as long as it answers. */
  primary: LockProvider;
  /** Asked when the primary is away; one without `distributed` only for a single process. */
  fallback: LockProvider;
  /** No lease may be longer: for so long nobody is granted anything once the primary is away. Default: 10,000. */
  maxLeaseMs?: number;
  /** How often a process looks whether others have degraded, and a degraded one at the primary. Default: 1,000. */
  pollMs?: number;
  /** Hears each change of state; it must not throw. */
  onSwitch?: (event: ChainSwitch) => void;
}

const SIDES: readonly Side[] = ['primary', 'fallback'];
const JOIN_TRIES = 4;
const JOIN_DELAY_MS = 10;

/**
 * Two providers as one: `redis→postgres`. The fallback is asked when the primary is away, and never grants what may still
 * be held by a lease of the primary: after an outage has begun it takes `maxLeaseMs` and a little more until locks are
 * granted again. When the primary answers again, both are asked until no lease of the fallback alone can be alive, and
 * then the primary alone. `degradation.ts` says why no two leases overlap.
 *
 * What it costs: the fallback store has to be reachable at all times, because only there a process can learn that another
 * one has degraded. While it is not, calls reject within two `pollMs`, though the primary is well. All processes need the
 * same `maxLeaseMs` and `pollMs`.
 */
export class FallbackLockProvider implements LockProvider {
  readonly name: string;
  /** What both have. */
  readonly abilities: Set<LockAbility>;
  readonly values?: SharedValues;
  readonly maxLeaseMs: number;
  private readonly stores: Record<Side, LockProvider>;
  private readonly degradation: Degradation;
  private readonly claims = new KnownClaims();
  private readonly fences = new FenceMemory();

  /** @throws LockUsageError */
  constructor({
    primary,
    fallback,
    maxLeaseMs = 10_000,
    pollMs = 1_000,
    onSwitch,
  }: FallbackLockProviderOptions) {
    for (const [name, value] of Object.entries({ maxLeaseMs, pollMs })) {
      if (!Number.isInteger(value) || value <= 0) {
        throw new LockUsageError([], `${name} must be a whole number of milliseconds above 0, not ${value}.`);
      }
    }
    this.name = `${primary.name}→${fallback.name}`;
    this.stores = { primary, fallback };
    this.maxLeaseMs = maxLeaseMs;
    this.degradation = new Degradation({
      marker: new DegradationMarker(fallback, markerTtlMs({ maxLeaseMs, pollMs })),
      probe: probeOf(primary),
      maxLeaseMs,
      pollMs,
      onSwitch,
    });
    this.abilities = new Set([...primary.abilities].filter((ability) => fallback.abilities.has(ability)));
    this.abilities.delete('sharing'); // one side does not know how many permits the other has given
    if (primary.values && fallback.values)
      this.values = new ChainValues(primary.values, fallback.values, this.degradation);
  }

  /** Where this process stands, for people and metrics. */
  get state(): ChainState {
    return this.degradation.state;
  }

  check(resources: readonly string[]): void {
    if (resources.some(isReserved)) {
      throw new LockUsageError(
        resources,
        'Resources of lock-chain are the chain’s own: choose another name.',
      );
    }
    for (const side of SIDES) this.stores[side].check(resources);
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    const startedAt = performance.now();
    const spanMs = this.requireSpan(request);
    const route = await this.degradation.route(request.resources, spanMs);
    const claim = this.openAttempt(request, startedAt);
    claim.route = route;
    if (route === 'both') return this.acquireBoth(request, claim, startedAt);
    return this.acquireAt(route, request, claim, startedAt);
  }

  async acquireSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    const startedAt = performance.now();
    const spanMs = Math.max(0, ...requests.map((request) => this.requireSpan(request)));
    const resources = requests.flatMap((request) => request.resources);
    const route = await this.degradation.route(resources, spanMs);
    const store = route === 'both' ? undefined : this.stores[route];
    if (route === 'both' || !store?.acquireSome)
      return inOrder(requests.map((request) => this.acquire(request)));
    const asked = requests.map((request) => {
      const claim = this.openAttempt(request, startedAt);
      claim.route = route;
      return { claim, request: { ...request, floors: this.fences.floors(request) } };
    });
    try {
      const answers = await this.heard(route, store.acquireSome(asked.map(({ request }) => request)));
      return asked.map(({ claim, request }, index) => {
        const answer = answers[index] ?? {
          granted: false,
          resource: claim.resources[0] ?? '',
          remainingMs: -1,
        };
        return this.note(route, answer, { claim, request, startedAt });
      });
    } finally {
      for (const { claim } of asked) claim.leave(route, spanMs);
    }
  }

  async extend(given: LockClaim, leaseMs: number): Promise<Extension> {
    const startedAt = performance.now();
    this.requireSpan({ ...given, leaseMs, placeMs: 0 });
    const route = await this.degradation.route(given.resources, leaseMs);
    const claim = this.claims.get(given.token);
    const needed = route === 'both' ? SIDES : [route];
    if (claim) {
      if (claim.isEnding) return { held: false, contended: false };
      const held = SIDES.filter((side) => claim.holds(side));
      // What is held on another side alone has ended there: the marker saw to it.
      if (!needed.some((side) => held.includes(side))) return { held: false, contended: false };
      const missing = needed.find((side) => !held.includes(side));
      if (missing) await this.joined(missing, claim, leaseMs);
    }
    return this.extendAt(needed, { given, claim, startedAt, leaseMs });
  }

  async release({ resources, token }: LockClaim): Promise<boolean> {
    const claim = this.claims.get(token);
    if (!claim) return this.releaseUnknown({ resources, token });
    claim.isEnding = true;
    await claim.joining?.catch(() => undefined); // applied after the release, it would bring the lock back to life
    const left = SIDES.filter((side) => claim.isLeftAt(side));
    const counted = left.filter((side) => claim.holds(side));
    const freed = new Set<Side>();
    await inOrder(
      left.map(async (side) => {
        if (await this.heard(side, this.stores[side].release({ resources, token }))) freed.add(side);
        claim.drop(side);
      }),
    );
    this.claims.forget(token);
    if (counted.length > 0) return counted.every((side) => freed.has(side));
    return freed.size > 0;
  }

  watch(claim: LockClaim, listener: (event: ClaimEvent) => void, options?: { atOnce?: boolean }): () => void {
    const ends = SIDES.map((side) =>
      this.stores[side].watch(claim, (event) => listener(this.translate(side, claim, event)), options),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  async adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    const startedAt = performance.now();
    const spanMs = this.requireSpan({ ...successor, placeMs: 0 });
    const route = await this.degradation.route(claim.resources, spanMs);
    // The successor has no place, and what it holds it knows from here.
    const mine = this.openAttempt({ ...successor, placeMs: 0 }, startedAt);
    const adopted: Grant[] = [];
    try {
      const missing: Side[] = [];
      for (const side of route === 'both' ? SIDES : [route]) {
        const grant = await this.adoptAt(side, claim, successor).finally(() => mine.leave(side, spanMs));
        if (!grant) missing.push(side);
        else {
          mine.hold(side, startedAt, spanMs);
          this.fences.note(claim.resources, grant.fences, successor.token);
          adopted.push(grant);
        }
      }
      const [grant] = adopted; // the primary's, if it has one
      if (grant) for (const side of missing) await this.joined(side, mine, spanMs);
      return grant && this.withFences(grant);
    } catch (error) {
      throw adopted.length > 0 ? halfDone(error) : error;
    }
  }

  async list(limit: number): Promise<readonly LockInfo[]> {
    const { state } = this;
    if (state === 'draining') {
      throw new LockUnavailableError(
        [],
        new Error('what the primary store has granted cannot be seen'),
        'none',
      );
    }
    const sides = state === 'returning' ? SIDES : [state];
    const locks = (await inOrder(sides.map((side) => this.listAt(side, limit)))).reverse().flat();
    const byClaim = new Map(locks.map((lock) => [JSON.stringify([lock.resource, lock.token]), lock])); // the primary's
    return [...byClaim.values()].filter(({ resource }) => !isReserved(resource)).slice(0, limit);
  }

  async close(): Promise<void> {
    this.degradation.close();
    await inOrder(SIDES.map((side) => this.stores[side].close()));
  }

  /** @throws LockUsageError for what would make the drain too short */
  private requireSpan({
    resources,
    leaseMs,
    placeMs,
  }: Pick<LockRequest, 'resources' | 'leaseMs' | 'placeMs'>): number {
    const spanMs = Math.max(leaseMs, placeMs);
    if (spanMs <= this.maxLeaseMs) return spanMs;
    throw new LockUsageError(
      resources,
      `With ${this.name} a lease lasts at most maxLeaseMs, ${this.maxLeaseMs} ms, not ${spanMs}: so long would nobody ` +
        'be granted anything while the primary is away.',
    );
  }

  private openAttempt(request: LockRequest, startedAt: number): KnownClaim {
    const claim = this.claims.open(request);
    if (claim.isEnding) {
      const reason = new Error('the claim was given back, and it is not known that this is done');
      throw new LockUnavailableError(request.resources, reason, 'none');
    }
    claim.attemptAt = startedAt;
    claim.placeMs = request.placeMs;
    return claim;
  }

  private async acquireAt(
    side: Side,
    request: LockRequest,
    claim: KnownClaim,
    startedAt: number,
  ): Promise<Grant | Refusal> {
    const floored = { ...request, floors: this.fences.floors(request) };
    try {
      const answer = await this.heard(side, this.stores[side].acquire(floored));
      return this.note(side, answer, { claim, request, startedAt });
    } finally {
      claim.leave(side, Math.max(request.leaseMs, request.placeMs));
    }
  }

  /**
   * The fallback store first: there the processes that cannot reach the primary queue too. What it grants is given back
   * when the primary refuses, so that a holder there can join it here.
   */
  private async acquireBoth(
    request: LockRequest,
    claim: KnownClaim,
    startedAt: number,
  ): Promise<Grant | Refusal> {
    const first = await this.acquireAt('fallback', request, claim, startedAt);
    if (!first.granted) return first;
    try {
      const second = await this.acquireAt('primary', { ...request, placeMs: 0 }, claim, startedAt);
      if (!second.granted) await this.giveBack('fallback', claim);
      return second;
    } catch (error) {
      throw halfDone(error);
    }
  }

  private async giveBack(side: Side, claim: KnownClaim): Promise<void> {
    try {
      await this.stores[side].release(claim);
      claim.drop(side);
    } catch (error) {
      claim.isEnding = true; // it may be applied after another attempt, and take away what that one was granted
      throw error;
    }
  }

  private note(
    side: Side,
    answer: Grant | Refusal,
    { claim, request, startedAt }: { claim: KnownClaim; request: LockRequest; startedAt: number },
  ): Grant | Refusal {
    if (!answer.granted) {
      // No promise is passed on: what this chain sends next may go to the other store, or after a wait.
      const { resource, remainingMs } = answer;
      return { granted: false, resource, remainingMs };
    }
    claim.hold(side, startedAt, request.leaseMs);
    this.fences.note(request.resources, answer.fences, request.token);
    return this.withFences(answer);
  }

  /** What is held on one side is taken on the other too; a contender that asks both may be in the way for a moment. */
  private joined(side: Side, claim: KnownClaim, leaseMs: number): Promise<void> {
    claim.joining ??= this.join(side, claim, leaseMs).finally(() => (claim.joining = undefined));
    return claim.joining;
  }

  private async join(side: Side, claim: KnownClaim, leaseMs: number): Promise<void> {
    const { resources, token, owner } = claim;
    const floors = resources.map(() => 0);
    const request = { resources, token, owner, leaseMs, floors, placeMs: 0, replicaAcks: 0 };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.acquireAt(side, request, claim, performance.now());
      if (answer.granted) return;
      if (attempt === JOIN_TRIES || claim.isEnding) {
        const reason = new Error(`${answer.resource} is held by another at ${this.stores[side].name}`);
        throw new LockUnavailableError(resources, reason, 'none');
      }
      await new Promise((resolve) => setTimeout(resolve, JOIN_DELAY_MS * attempt));
    }
  }

  private async extendAt(
    sides: readonly Side[],
    extension: { given: LockClaim; claim: KnownClaim | undefined; startedAt: number; leaseMs: number },
  ): Promise<Extension> {
    const { given, claim, startedAt, leaseMs } = extension;
    const extensions = await inOrder(
      sides.map(async (side) => {
        try {
          const answer = await this.heard(side, this.stores[side].extend(given, leaseMs));
          if (answer.held) claim?.hold(side, startedAt, leaseMs);
          return answer;
        } finally {
          claim?.leave(side, leaseMs);
        }
      }),
    );
    const held = extensions.every((answer) => answer.held);
    // The claim is lost: what is left of it must not stand in the way of others.
    if (!held && extensions.some((answer) => answer.held)) void this.release(given).catch(() => undefined);
    return { held, contended: extensions.some(({ contended }) => contended) };
  }

  /** Of another process, as `releaseAll` finds it, or long over: wherever it may be, as far as that can be reached. */
  private async releaseUnknown(claim: LockClaim): Promise<boolean> {
    const { state } = this;
    const needed = state === 'returning' ? SIDES : [state === 'primary' ? 'primary' : 'fallback'];
    const freed = await inOrder(
      SIDES.map((side) =>
        this.heard(side, this.stores[side].release(claim)).catch((error: unknown) => {
          if (needed.includes(side)) throw error;
          return false;
        }),
      ),
    );
    return freed.includes(true);
  }

  private translate(side: Side, { token }: LockClaim, event: ClaimEvent): ClaimEvent {
    if (!('granted' in event)) return event;
    const claim = this.claims.get(token);
    // Told to a claim that last asked both, or the other: it has to ask again.
    if (claim?.route !== side || claim.isEnding) return { look: true };
    claim.hold(side, claim.attemptAt, claim.placeMs);
    this.fences.note(claim.resources, event.fences, token);
    return this.withFences(event);
  }

  private adoptAt(side: Side, claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    const store = this.stores[side];
    if (!store.adopt)
      throw new LockUsageError(claim.resources, `The provider ${store.name} has no handOver.`);
    return this.heard(side, store.adopt(claim, successor));
  }

  private listAt(side: Side, limit: number): Promise<readonly LockInfo[]> {
    const store = this.stores[side];
    if (!store.list) throw new LockUsageError([], `The provider ${store.name} has no inspection.`);
    return this.heard(side, store.list(limit));
  }

  private withFences(grant: Grant): Grant {
    return this.abilities.has('fencing') ? grant : { granted: true, fences: [] };
  }

  /** Whoever asks the primary in vain raises the suspicion that it is away. */
  private async heard<Answer>(side: Side, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      if (side === 'primary' && error instanceof LockUnavailableError) this.degradation.suspect(error);
      throw error;
    }
  }
}

/** One store has done its part, whatever the other says: only the same token may try again, or give it back. */
function halfDone(error: unknown): unknown {
  if (!(error instanceof LockUnavailableError)) return error;
  return new LockUnavailableError(error.resources, error.cause ?? error, 'unknown');
}

/** All answers, or the first failure once every one has settled: nothing goes on behind the caller's back. */
async function inOrder<Answer>(work: readonly Promise<Answer>[]): Promise<Answer[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

import type {
  ClaimEvent,
  Extension,
  Grant,
  LockClaim,
  LockInfo,
  LockRequest,
  Refusal,
} from '../../provider.js';
import { MemoryValues } from './memory-values.js';

interface Hold {
  readonly token: string;
  readonly owner: string;
  readonly fence: number;
  readonly acquiredAtMs: number;
  /** As all ends here, on the monotonic clock. */
  endsAt: number;
}

/** One object stands in the queue of each of the claim's resources, so that two claims are in the same order in all. */
interface Place {
  request: LockRequest;
  endsAt: number;
}

interface Resource {
  /** By their tokens. */
  readonly holds: Map<string, Hold>;
  /** How many of them there may be. */
  permits: number;
  /** In the order of arrival. */
  readonly queue: Set<Place>;
  /** The head that already knows that it is its turn, and needs more than this resource. */
  told: Place | undefined;
  lastFence: number;
}

type Listener = (event: ClaimEvent) => void;

/** With fewer resources than this, what is no longer needed is not looked for. */
const SWEEP_FROM = 1_000;

/**
 * What a provider's store does, in the memory of one process: it is also the specification to read first. Every
 * operation is one step, because JavaScript runs it without interruption.
 *
 * Nothing expires by a timer: whoever asks next finds what has ended by then. So an event may come late, but nothing
 * keeps the process alive.
 */
export class MemoryLockStore {
  readonly values = new MemoryValues();
  private readonly resources = new Map<string, Resource>();
  private readonly places = new Map<string, Place>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private sweepAt = SWEEP_FROM;
  private clockUs = 0;

  acquire(request: LockRequest): Grant | Refusal {
    const refusal = this.obstacle(request);
    if (!refusal) return this.grant(request, performance.now() + request.leaseMs);
    if (request.placeMs > 0) this.queue(request);
    else this.leave(request.token);
    return refusal;
  }

  extend({ resources, token }: LockClaim, leaseMs: number): Extension {
    const contended = resources.some((name) => this.waiters(name) > 0);
    const holds = this.holds(resources, [token]);
    for (const hold of holds ?? []) hold.endsAt = performance.now() + leaseMs;
    return { held: holds !== undefined, contended };
  }

  release({ resources, token }: LockClaim): boolean {
    const wasComplete = this.holds(resources, [token]) !== undefined;
    for (const name of resources) {
      this.resources.get(name)?.holds.delete(token);
    }
    this.leave(token);
    for (const name of resources) this.settle(name);
    return wasComplete;
  }

  adopt({ token }: LockClaim, successor: LockRequest): Grant | undefined {
    const { resources, owner, leaseMs } = successor;
    // The successor's own token counts too, so that an attempt whose reply was lost may be repeated.
    const holds = this.holds(resources, [token, successor.token]);
    if (!holds) return undefined;
    const endsAt = performance.now() + leaseMs;
    for (const [index, name] of resources.entries()) {
      const hold = holds[index];
      if (!hold) continue;
      const own = this.resource(name).holds;
      own.delete(hold.token);
      own.set(successor.token, { ...hold, token: successor.token, owner, endsAt });
    }
    if (holds.some((hold) => hold.token === token)) this.tell(token, { adopted: true });
    return { granted: true, fences: holds.map((hold) => hold.fence) };
  }

  watch({ token }: LockClaim, listener: Listener): () => void {
    const listeners = this.listeners.get(token) ?? new Set();
    this.listeners.set(token, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(token) === listeners) this.listeners.delete(token);
    };
  }

  list(limit: number): LockInfo[] {
    const found: LockInfo[] = [];
    for (const [resource, { holds, permits }] of this.resources) {
      const waiters = this.waiters(resource);
      for (const { token, owner, fence, acquiredAtMs, endsAt } of holds.values()) {
        if (found.length >= limit) return found;
        if (endsAt <= performance.now()) continue;
        const expiresAtMs = Date.now() + Math.round(endsAt - performance.now());
        const claim = { resources: [resource], token, ...(permits > 1 ? { permits } : {}) };
        found.push({ resource, ...claim, owner, fence, acquiredAtMs, expiresAtMs, waiters });
      }
    }
    return found;
  }

  /** What keeps the claim from being granted now: the first resource that others hold, or stand in front of. */
  private obstacle(claim: LockClaim): Refusal | undefined {
    for (const name of claim.resources) {
      this.settle(name);
      const resource = this.resource(name);
      const [head] = resource.queue;
      const isFirst = !head || head.request.token === claim.token;
      if (resource.holds.has(claim.token) || (isFirst && isOpen(resource, claim))) continue;
      const ends = [...resource.holds.values()].map(({ endsAt }) => endsAt);
      const endsAt = ends.length > 0 ? Math.min(...ends) : (head?.endsAt ?? 0);
      return { granted: false, resource: name, remainingMs: Math.ceil(endsAt - performance.now()) };
    }
    return undefined;
  }

  private grant({ resources, token, owner, floors, permits = 1 }: LockRequest, endsAt: number): Grant {
    this.unqueue(this.places.get(token));
    const clockUs = this.nowUs();
    const fences = resources.map((name, index) => {
      const resource = this.resource(name);
      const own = resource.holds.get(token);
      if (own) {
        own.endsAt = endsAt; // from an earlier attempt
        return own.fence;
      }
      const fence = Math.max(resource.lastFence + 1, floors[index] ?? 0, clockUs);
      resource.lastFence = fence;
      resource.permits = permits;
      resource.holds.set(token, { token, owner, fence, acquiredAtMs: Date.now(), endsAt });
      return fence;
    });
    return { granted: true, fences };
  }

  /** Each resource's hold, if all are held under one of the tokens. */
  private holds(resources: readonly string[], tokens: readonly string[]): Hold[] | undefined {
    const holds: Hold[] = [];
    for (const name of resources) {
      this.settle(name);
      const held = this.resources.get(name)?.holds;
      const hold = tokens.flatMap((token) => held?.get(token) ?? [])[0];
      if (!hold) return undefined;
      holds.push(hold);
    }
    return holds;
  }

  /** Takes a place at the end, or keeps the one it has, for `placeMs` from now. */
  private queue(request: LockRequest): void {
    const now = performance.now();
    let place = this.places.get(request.token);
    if (place && place.endsAt <= now) {
      this.unqueue(place);
      place = undefined;
    }
    place ??= { request, endsAt: 0 };
    place.request = request;
    place.endsAt = now + request.placeMs;
    this.places.set(request.token, place);
    for (const name of request.resources) {
      const { queue, holds } = this.resource(name);
      queue.add(place);
      for (const token of holds.keys()) this.tell(token, { contended: true });
    }
  }

  private leave(token: string): void {
    const place = this.places.get(token);
    if (!place) return;
    this.unqueue(place);
    for (const name of place.request.resources) this.settle(name);
  }

  private unqueue(place: Place | undefined): void {
    if (!place) return;
    this.places.delete(place.request.token);
    for (const name of place.request.resources) this.resources.get(name)?.queue.delete(place);
  }

  /**
   * Clears what has ended. The first live places in the queue get what is free: granted at once if that is all the claim
   * wants, otherwise reserved for it and told to look, for it needs the others too.
   */
  private settle(name: string): void {
    const resource = this.resources.get(name);
    if (!resource) return;
    const now = performance.now();
    for (const { token, endsAt } of resource.holds.values()) if (endsAt <= now) resource.holds.delete(token);
    for (const place of resource.queue) {
      if (place.endsAt <= now) {
        this.unqueue(place);
        continue;
      }
      const { request, endsAt } = place;
      if (!isOpen(resource, request)) return;
      if (request.resources.length > 1) {
        if (resource.told !== place) this.tell(request.token, { look: true });
        resource.told = place;
        return;
      }
      this.tell(request.token, this.grant(request, endsAt));
    }
    if (resource.holds.size === 0) this.forget(name, resource);
  }

  /** Not before the caller has its own answer. */
  private tell(token: string, event: ClaimEvent): void {
    queueMicrotask(() => {
      for (const listener of this.listeners.get(token) ?? []) listener(event);
    });
  }

  private waiters(name: string): number {
    const now = performance.now();
    let waiters = 0;
    for (const place of this.resources.get(name)?.queue ?? []) if (place.endsAt > now) waiters += 1;
    return waiters;
  }

  private resource(name: string): Resource {
    let resource = this.resources.get(name);
    if (!resource) {
      this.sweep();
      resource = { holds: new Map(), permits: 1, queue: new Set(), told: undefined, lastFence: 0 };
      this.resources.set(name, resource);
    }
    return resource;
  }

  /** A last fence that the clock has passed need not be remembered: the next one is higher anyway. */
  private forget(name: string, { lastFence }: Resource): void {
    if (lastFence < this.nowUs()) this.resources.delete(name);
  }

  /** Settles what nobody asked for again. Its cost is shared by as many new resources as it looks at. */
  private sweep(): void {
    if (this.resources.size < this.sweepAt) return;
    for (const name of this.resources.keys()) this.settle(name);
    this.sweepAt = Math.max(SWEEP_FROM, 2 * this.resources.size);
  }

  /** The wall clock, which other providers' fences follow too; where it steps back, this one stands still. */
  private nowUs(): number {
    this.clockUs = Math.max(this.clockUs, Date.now() * 1_000);
    return this.clockUs;
  }
}

/** Whether one more may hold it. */
function isOpen({ holds, permits }: Resource, { permits: wanted = 1 }: LockClaim): boolean {
  return holds.size === 0 || (wanted === permits && holds.size < permits);
}

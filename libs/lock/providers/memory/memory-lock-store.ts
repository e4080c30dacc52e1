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
  hold: Hold | undefined;
  /** In the order of arrival. */
  readonly queue: Set<Place>;
  /** The head that already knows that it is its turn. */
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
      const resource = this.resources.get(name);
      if (resource?.hold?.token === token) resource.hold = undefined;
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
      if (hold) this.resource(name).hold = { ...hold, token: successor.token, owner, endsAt };
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
    for (const [name, { hold }] of this.resources) {
      if (found.length >= limit) break;
      if (!hold || hold.endsAt <= performance.now()) continue;
      const { token, owner, fence, acquiredAtMs, endsAt } = hold;
      const expiresAtMs = Date.now() + Math.round(endsAt - performance.now());
      const waiters = this.waiters(name);
      found.push({
        resource: name,
        resources: [name],
        token,
        owner,
        fence,
        acquiredAtMs,
        expiresAtMs,
        waiters,
      });
    }
    return found;
  }

  /** What keeps the claim from being granted now: the first resource that another holds, or stands in front of. */
  private obstacle({ resources, token }: LockClaim): Refusal | undefined {
    for (const name of resources) {
      this.settle(name);
      const { hold, queue } = this.resource(name);
      const [head] = queue;
      if (hold?.token === token || (!hold && (!head || head.request.token === token))) continue;
      const endsAt = hold?.endsAt ?? head?.endsAt ?? 0;
      return { granted: false, resource: name, remainingMs: Math.ceil(endsAt - performance.now()) };
    }
    return undefined;
  }

  private grant({ resources, token, owner, floors }: LockRequest, endsAt: number): Grant {
    this.unqueue(this.places.get(token));
    const clockUs = this.nowUs();
    const fences = resources.map((name, index) => {
      const resource = this.resource(name);
      if (resource.hold) {
        resource.hold.endsAt = endsAt; // its own, from an earlier attempt
        return resource.hold.fence;
      }
      const fence = Math.max(resource.lastFence + 1, floors[index] ?? 0, clockUs);
      resource.lastFence = fence;
      resource.hold = { token, owner, fence, acquiredAtMs: Date.now(), endsAt };
      return fence;
    });
    return { granted: true, fences };
  }

  /** Each resource's hold, if all are held under one of the tokens. */
  private holds(resources: readonly string[], tokens: readonly string[]): Hold[] | undefined {
    const holds: Hold[] = [];
    for (const name of resources) {
      this.settle(name);
      const hold = this.resources.get(name)?.hold;
      if (!hold || !tokens.includes(hold.token)) return undefined;
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
    for (const name of request.resources) this.resource(name).queue.add(place);
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
   * Clears what has ended. When the resource is free, the first live place in its queue gets it: granted at once if
   * that is all the claim wants, otherwise reserved for it and told to look, for it needs the others too.
   */
  private settle(name: string): void {
    const resource = this.resources.get(name);
    if (!resource) return;
    const now = performance.now();
    if (resource.hold && resource.hold.endsAt <= now) resource.hold = undefined;
    let head: Place | undefined;
    for (const place of resource.queue) {
      if (place.endsAt > now) {
        head = place;
        break;
      }
      this.unqueue(place);
    }
    if (resource.hold) return;
    if (!head) {
      this.forget(name, resource);
      return;
    }
    if (resource.told === head) return;
    resource.told = head;
    const { request, endsAt } = head;
    if (request.resources.length === 1) this.tell(request.token, this.grant(request, endsAt));
    else this.tell(request.token, { look: true });
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
      resource = { hold: undefined, queue: new Set(), told: undefined, lastFence: 0 };
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

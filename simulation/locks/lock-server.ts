import { MemoryLockStore } from '#lock/memory';
import type { ClaimEvent, LockClaim } from '#lock';
import type { Guards } from '../guards.js';
import { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';

interface Watch {
  readonly claim: LockClaim;
  readonly listener: (event: ClaimEvent) => void;
  stop: () => void;
}

/** The store that all processes share: the lock library's own specification of one, which can be lost and be away. */
export class LockServer {
  readonly actor: Actor;
  private readonly scheduler: Scheduler;
  private readonly guards: Guards;
  private readonly watches = new Set<Watch>();
  private store = new MemoryLockStore();
  private awayUntilMs = 0;

  constructor(scheduler: Scheduler, { seed, guards }: { seed: number; guards: Guards }) {
    this.scheduler = scheduler;
    this.guards = guards;
    this.actor = new Actor('locks', seed);
  }

  get isUp(): boolean {
    return this.scheduler.nowMs >= this.awayUntilMs;
  }

  use<T>(operation: (store: MemoryLockStore) => T): T {
    return operation(this.store);
  }

  /** Frees the lock for whoever holds it, where the guard is away: what a DEL without a look at the value does. */
  release(claim: LockClaim): boolean {
    if (this.guards.releaseCompare) return this.store.release(claim);
    const resources = claim.resources;
    const held = this.store.list(1_000).filter(({ resource }) => resources.includes(resource));
    for (const { resource, token } of held) this.store.release({ resources: [resource], token });
    return this.store.release(claim) || held.length > 0;
  }

  watch(claim: LockClaim, listener: (event: ClaimEvent) => void): () => void {
    const watch: Watch = { claim, listener, stop: this.store.watch(claim, listener) };
    this.watches.add(watch);
    return () => {
      this.watches.delete(watch);
      watch.stop();
    };
  }

  /** Everything in it is gone; whoever listens still does. @param slowerMs how far the clock of the new one is behind */
  lose(slowerMs = 0): void {
    this.actor.clockOffsetMs = -slowerMs;
    this.store = new MemoryLockStore();
    for (const watch of this.watches) watch.stop = this.store.watch(watch.claim, watch.listener);
  }

  goAway(forMs: number): void {
    this.awayUntilMs = this.scheduler.nowMs + forMs;
  }
}

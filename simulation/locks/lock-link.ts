import {
  LockUnavailableError,
  type ClaimEvent,
  type Extension,
  type Grant,
  type LockAbility,
  type LockClaim,
  type LockProvider,
  type LockRequest,
  type Refusal,
} from '#lock';
import type { Network } from '../network/network.js';
import { Wire } from '../network/wire.js';
import type { Moment } from '../postgres/connection.js';
import type { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import type { LockServer } from './lock-server.js';

/** As the service sets it for Redis. */
const COMMAND_TIMEOUT_MS = 250;

export interface LinkEnds {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly server: LockServer;
  readonly process: Actor;
  readonly onMoment: (moment: Moment) => void;
}

/** What lies between a process and the lock store: it takes time, loses what is sent and heard, and repeats it. */
export class LockLink implements LockProvider {
  readonly name = 'simulated';
  readonly abilities: ReadonlySet<LockAbility> = new Set([
    'distributed',
    'fencing',
    'fair',
    'handOver',
    'inspection',
  ]);
  private readonly ends: LinkEnds;
  private readonly there: Wire;
  private readonly back: Wire;
  private readonly faults = { lossy: { untilMs: 0, rate: 0 }, repeat: { untilMs: 0, rate: 0 } };

  constructor(ends: LinkEnds) {
    this.ends = ends;
    const delay = ends.network.delayOf(ends.process);
    this.there = new Wire(ends.scheduler, ends.process, ends.server.actor, delay);
    this.back = new Wire(ends.scheduler, ends.server.actor, ends.process, delay);
  }

  check(): void {
    // any resources can be taken in one step
  }

  acquire(request: LockRequest): Promise<Grant | Refusal> {
    return this.send(request.resources, () => this.ends.server.use((store) => store.acquire(request)));
  }

  acquireSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    const resources = requests.flatMap((request) => request.resources);
    return this.send(resources, () =>
      this.ends.server.use((store) => requests.map((request) => store.acquire(request))),
    );
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.send(claim.resources, () => this.ends.server.use((store) => store.extend(claim, leaseMs)));
  }

  release(claim: LockClaim): Promise<boolean> {
    const released = this.send(claim.resources, () => this.ends.server.release(claim));
    this.ends.onMoment('release');
    return released;
  }

  watch(claim: LockClaim, listener: (event: ClaimEvent) => void): () => void {
    return this.ends.server.watch(claim, (event) => {
      if (this.isLost()) return;
      this.back.send(() => {
        listener(event);
        this.ends.onMoment('granted');
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** For a while, of what is sent and heard this share is lost, or applied once more later. */
  fail(how: 'lossy' | 'repeat', { forMs, rate }: { readonly forMs: number; readonly rate: number }): void {
    this.faults[how] = { untilMs: this.ends.scheduler.nowMs + forMs, rate };
  }

  private send<Reply>(resources: readonly string[], apply: () => Reply): Promise<Reply> {
    const { scheduler, process, server } = this.ends;
    return new Promise((resolve, reject) => {
      const timeout = scheduler.after(COMMAND_TIMEOUT_MS, process, () =>
        reject(new LockUnavailableError(resources, new Error('the lock store did not answer'), 'unknown')),
      );
      if (this.isLost()) return;
      this.there.send(() => {
        if (!server.isUp) return;
        const reply = apply();
        this.repeat(apply);
        if (this.isLost()) return;
        this.back.send(() => {
          timeout.isCancelled = true;
          resolve(reply);
          this.ends.onMoment('granted');
        });
      });
    });
  }

  /** A driver that lost a reply may send the command again. */
  private repeat(apply: () => unknown): void {
    if (!this.happens('repeat')) return;
    const { scheduler, server } = this.ends;
    scheduler.after(COMMAND_TIMEOUT_MS * server.actor.random.fraction() ** 2, server.actor, () => {
      if (server.isUp) apply();
    });
  }

  private isLost(): boolean {
    return this.happens('lossy');
  }

  private happens(how: 'lossy' | 'repeat'): boolean {
    const { scheduler, server } = this.ends;
    const { untilMs, rate } = this.faults[how];
    return scheduler.nowMs < untilMs && server.actor.random.fraction() < rate;
  }
}

import type { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import type { Delay } from './wire.js';

/** One way between two machines that stand side by side. */
const MIN_MS = 0.2;
const SPREAD_MS = 1.5;

/** How messages travel: a little time each, none like the other, and more of it where a fault has made the way slow. */
export class Network {
  private readonly scheduler: Scheduler;
  private readonly slow = new Map<string, { readonly untilMs: number; readonly ms: number }>();

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** Everything to and from this process takes up to `ms` longer. */
  slowDown(process: string, forMs: number, ms: number): void {
    this.slow.set(process, { untilMs: this.scheduler.nowMs + forMs, ms });
  }

  /** @param process at one end of the way */
  delayOf({ name, random }: Actor): Delay {
    return () => {
      const slow = this.slow.get(name);
      const extraMs = slow && this.scheduler.nowMs < slow.untilMs ? slow.ms * random.fraction() : 0;
      return MIN_MS + SPREAD_MS * random.fraction() + extraMs;
    };
  }
}

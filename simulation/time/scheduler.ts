import type { Actor } from './actor.js';

/** The simulated world begins here, on the wall clock. */
const EPOCH_MS = Date.UTC(2030, 0, 1);

/** Something that is due; also what `setTimeout` returns under virtual time. */
export class Timer {
  readonly atMs: number;
  readonly order: number;
  readonly actor: Actor;
  readonly call: () => void;
  isCancelled = false;

  constructor(atMs: number, order: number, actor: Actor, call: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.actor = actor;
    this.call = call;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/**
 * One event after another, in the order of their times: the whole world in one thread. After each event everything that
 * its promises can do is done, so that whatever happens there belongs to the event's actor.
 */
export class Scheduler {
  nowMs = 0;
  /** Whose event runs. */
  current: Actor;
  events = 0;
  private readonly queue: Timer[] = [];
  private made = 0;

  constructor(world: Actor) {
    this.current = world;
  }

  get wallClockMs(): number {
    return EPOCH_MS + this.nowMs;
  }

  after(delayMs: number, actor: Actor, call: () => void): Timer {
    const timer = new Timer(this.nowMs + Math.max(0, delayMs), this.made++, actor, call);
    this.push(timer);
    return timer;
  }

  pause(actor: Actor, forMs: number): void {
    actor.pauses += 1;
    actor.resumesAtMs = Math.max(actor.resumesAtMs, this.nowMs + forMs);
  }

  /** Nothing that it has begun goes on. */
  kill(actor: Actor): void {
    actor.isAlive = false;
  }

  /** @param isOver ends it early */
  async runUntil(endMs: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const next = this.queue[0];
      if (!next || next.atMs > endMs) break;
      this.pop();
      if (next.isCancelled || !next.actor.isAlive) continue;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      if (next.actor.resumesAtMs > this.nowMs) {
        this.putOff(next);
        continue;
      }
      this.current = next.actor;
      this.events += 1;
      next.call();
      if (next.actor.isAsync) await settled();
    }
    if (!isOver()) this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** What is due while its actor stands still comes when it goes on, in the same order. */
  private putOff(timer: Timer): void {
    const { actor } = timer;
    this.push(new Timer(actor.resumesAtMs, timer.order, actor, () => !timer.isCancelled && timer.call()));
  }

  private push(timer: Timer): void {
    const { queue } = this;
    let index = queue.length;
    queue.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = queue[parent] as Timer;
      if (!isBefore(timer, above)) break;
      queue[index] = above;
      index = parent;
    }
    queue[index] = timer;
  }

  private pop(): void {
    const { queue } = this;
    const last = queue.pop() as Timer;
    if (queue.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= queue.length) break;
      if (child + 1 < queue.length && isBefore(queue[child + 1] as Timer, queue[child] as Timer)) child += 1;
      if (!isBefore(queue[child] as Timer, last)) break;
      queue[index] = queue[child] as Timer;
      index = child;
    }
    queue[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Node looks at its ticks when no promise can go on, and long before it looks at anything from outside. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

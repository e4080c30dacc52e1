interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly call: () => void;
  unref(): Timer;
}

/**
 * Time that passes only when nothing is left to do: `setTimeout` and `performance.now` of everything under test run on it
 * until `uninstall`, and minutes take milliseconds.
 */
export class VirtualClock {
  now = 0;
  private readonly timers = new Set<Timer>();
  private made = 0;
  private readonly real = { setTimeout, clearTimeout, now: performance.now.bind(performance) };

  /** Timers that are still to fire. */
  get pending(): number {
    return this.timers.size;
  }

  install(): void {
    const start = (call: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]): Timer => {
      this.made += 1;
      const timer: Timer = {
        dueAt: this.now + Math.max(0, delayMs),
        order: this.made,
        call: () => call(...given),
        unref: () => timer,
      };
      this.timers.add(timer);
      return timer;
    };
    Object.assign(globalThis, {
      setTimeout: start,
      clearTimeout: (timer: Timer | undefined) => timer && this.timers.delete(timer),
    });
    performance.now = () => this.now;
  }

  uninstall(): void {
    Object.assign(globalThis, { setTimeout: this.real.setTimeout, clearTimeout: this.real.clearTimeout });
    performance.now = this.real.now;
  }

  async runFor(durationMs: number): Promise<void> {
    const end = this.now + durationMs;
    await settled();
    for (let next = this.next(); next && next.dueAt <= end; next = this.next()) {
      this.timers.delete(next);
      this.now = Math.max(this.now, next.dueAt);
      next.call();
      await settled();
    }
    this.now = end;
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (!first || timer.dueAt < first.dueAt || (timer.dueAt === first.dueAt && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** Every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

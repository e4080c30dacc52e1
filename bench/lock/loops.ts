import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.js';
import { commandsSent } from './commands.js';
import type { Contestant, Release } from './contestants/contestant.js';
import type { LoopOrder, LoopReport } from './worker-protocol.js';

const PAUSE_AFTER_ERROR_MS = 5;

/** Each caller takes a lock of its own and gives it back, again and again. */
export async function uncontended(lock: Contestant, order: LoopOrder): Promise<LoopReport> {
  const tally = new Tally(order);
  const caller = async (key: string): Promise<void> => {
    while (!tally.isOver()) {
      try {
        await (
          await lock.acquire(key)
        )();
        tally.count();
      } catch (error) {
        await tally.failed(error);
      }
    }
  };
  await Promise.all(Array.from({ length: order.callers }, (_, index) => caller(`${order.key}:${index}`)));
  return tally.report([]);
}

/**
 * The waiters take the one lock in turn, hold it for `criticalMs`, and ask for it again. Those who wait when the time
 * is over still get it, and give it back at once.
 */
export async function contend(
  lock: Contestant,
  order: LoopOrder & { criticalMs: number },
): Promise<LoopReport> {
  const tally = new Tally(order);
  const times: number[] = [];
  const hold = async (release: Release, waiter: number, askedMs: number): Promise<void> => {
    const startedMs = nowMs();
    tally.count();
    if (!tally.isOver()) await sleep(order.criticalMs);
    times.push(waiter, askedMs, startedMs, nowMs());
    await release();
  };
  const waiting = async (waiter: number): Promise<void> => {
    while (!tally.isOver()) {
      try {
        const askedMs = nowMs();
        await hold(await lock.acquire(order.key), waiter, askedMs);
      } catch (error) {
        await tally.failed(error);
      }
    }
  };
  await Promise.all(Array.from({ length: order.callers }, (_, index) => waiting(index)));
  return tally.report(times);
}

interface Reading {
  readonly acquisitions: number;
  readonly commands: number;
  readonly atMs: number;
}

/**
 * Counts acquisitions and commands between two moments: both are read at once, at the first look at the clock after
 * each moment, so that a busy event loop changes neither the rate nor the commands per acquisition.
 */
class Tally {
  private readonly fromMs: number;
  private readonly toMs: number;
  private acquisitions = 0;
  private errors = 0;
  private firstError: string | undefined;
  private first: Reading | undefined;
  private last: Reading | undefined;
  private readonly timers: NodeJS.Timeout[];

  constructor({ fromMs, toMs }: { fromMs: number; toMs: number }) {
    this.fromMs = fromMs;
    this.toMs = toMs;
    // For a process that gets no lock at that moment. A timer may be early by a fraction of a millisecond.
    this.timers = [fromMs, toMs].map((atMs) => setTimeout(() => this.isOver(), atMs - nowMs() + 1));
  }

  count(): void {
    this.isOver();
    this.acquisitions += 1;
  }

  async failed(error: unknown): Promise<void> {
    this.errors += 1;
    this.firstError ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await sleep(PAUSE_AFTER_ERROR_MS);
  }

  isOver(): boolean {
    const atMs = nowMs();
    if (atMs >= this.fromMs) this.first ??= this.reading(atMs);
    if (atMs >= this.toMs) this.last ??= this.reading(atMs);
    return this.last !== undefined;
  }

  report(times: readonly number[]): LoopReport {
    for (const timer of this.timers) clearTimeout(timer);
    const { first, last } = this;
    if (!first || !last) throw new Error('The loop ended before its time.');
    return {
      acquisitions: last.acquisitions - first.acquisitions,
      commands: last.commands - first.commands,
      elapsedMs: last.atMs - first.atMs,
      times: Float64Array.from(times),
      errors: this.errors,
      firstError: this.firstError,
    };
  }

  private reading(atMs: number): Reading {
    return { acquisitions: this.acquisitions, commands: commandsSent(), atMs };
  }
}

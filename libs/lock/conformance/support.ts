import assert from 'node:assert/strict';
import { LockUnavailableError } from '../errors.js';
import type { Lock } from '../lock.js';

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Polls until it holds. @throws after `withinMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { withinMs = 5_000, what }: { withinMs?: number; what: string },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`Within ${withinMs} ms it did not happen that ${what}.`);
    await sleep(2);
  }
}

/** How long work takes to settle either way, and its error. A promise is timed from when it is handed over. */
export async function timed(
  work: Promise<unknown> | (() => Promise<unknown>),
): Promise<{ tookMs: number; error: unknown }> {
  const startedAt = performance.now();
  const error: unknown = await (typeof work === 'function' ? work() : work).then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('rejected without a reason'),
  );
  return { tookMs: performance.now() - startedAt, error };
}

/** When the signal fired, on the monotonic clock. @throws after `withinMs` */
export async function aborted(lock: Lock, withinMs = 10_000): Promise<number> {
  if (lock.signal.aborted) return performance.now();
  return new Promise<number>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`Within ${withinMs} ms the signal did not fire.`)),
      withinMs,
    );
    lock.signal.addEventListener(
      'abort',
      () => {
        clearTimeout(late);
        resolve(performance.now());
      },
      { once: true },
    );
  });
}

/** What a provider says when a reply was lost. */
export function replyLost(resources: readonly string[]): LockUnavailableError {
  return new LockUnavailableError(resources, new Error('the reply was lost, for a test'), 'unknown');
}

export function atLeast(actual: number, lowest: number, what: string): void {
  assert.ok(actual >= lowest, `${what}: ${round(actual)}, at least ${round(lowest)} was promised`);
}

export function atMost(actual: number, highest: number, what: string): void {
  assert.ok(actual <= highest, `${what}: ${round(actual)}, at most ${round(highest)} was promised`);
}

/** A time that was promised has gone by. It says as much about the machine as about the lock: a case is tried again for it. */
export class TooLateError extends assert.AssertionError {}

/** @throws TooLateError */
export function inTime(actualMs: number, highestMs: number, what: string): void {
  if (actualMs <= highestMs) return;
  throw new TooLateError({
    message: `${what}: ${round(actualMs)}, at most ${round(highestMs)} was promised`,
  });
}

/** While `work` runs, `Date` says `jumpMs` more than it is. */
export async function withWallClock<T>(jumpMs: number, work: () => Promise<T>): Promise<T> {
  const RealDate = globalThis.Date;
  class JumpedDate extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(JumpedDate.now());
      else super(...(args as [number]));
    }
    static override now(): number {
      return RealDate.now() + jumpMs;
    }
  }
  globalThis.Date = JumpedDate as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = RealDate;
  }
}

/** Runs `work` with a list of the timers that it has set and that are still to fire, by their delay. */
export async function withTimers<T>(
  work: (pending: (delay: { fromMs: number; toMs: number }) => unknown[]) => Promise<T>,
): Promise<T> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const delays = new Map<unknown, number>();
  const set = (callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): NodeJS.Timeout => {
    const timer = real.setTimeout(() => {
      delays.delete(timer);
      callback(...args);
    }, delayMs);
    delays.set(timer, delayMs);
    return timer;
  };
  globalThis.setTimeout = Object.assign(set, real.setTimeout);
  globalThis.clearTimeout = (timer) => {
    delays.delete(timer);
    real.clearTimeout(timer);
  };
  try {
    return await work(({ fromMs, toMs }) =>
      [...delays].filter(([, delayMs]) => delayMs >= fromMs && delayMs <= toMs),
    );
  } finally {
    Object.assign(globalThis, real);
  }
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100;
}

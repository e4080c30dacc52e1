import assert from 'node:assert/strict';
import { LockUnavailableError } from '../errors.js';
import type { Lock } from '../lock.js';
import type { InterceptedProvider } from './intercepted-provider.js';

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

/** @throws AssertionError when the work succeeds, and whatever else it fails with, as it is: it may have been too late */
export async function rejectsWith(
  work: Promise<unknown>,
  expected: new (...args: never[]) => Error,
  what = 'the call',
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof expected) return;
    throw error;
  }
  assert.fail(`${what} succeeded, instead of failing with a ${expected.name}`);
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

/**
 * Runs work that relies on a process and a store which go on: when it fails, and either of them stood still for longer
 * than `limitMs` meanwhile, that is no finding.
 * @throws TooLateError, or what `work` throws
 */
export async function whileSteady(
  { provider, limitMs }: { provider: InterceptedProvider; limitMs: number },
  work: () => Promise<unknown>,
): Promise<void> {
  let [tickedAt, longestMs] = [performance.now(), 0];
  const tick = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - tickedAt);
    tickedAt = now;
  };
  const ticking = setInterval(tick, 10);
  provider.takeSlowestMs();
  try {
    await work();
  } catch (error) {
    tick();
    const [processMs, storeMs] = [round(longestMs), round(provider.takeSlowestMs())];
    if (Math.max(processMs, storeMs) <= limitMs) throw error;
    const message = `${String(error)} The process stood still for ${processMs} ms, the store for ${storeMs} ms.`;
    throw new TooLateError({ message });
  } finally {
    clearInterval(ticking);
  }
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

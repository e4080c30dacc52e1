import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import type { Scheduler, Timer } from './scheduler.js';

/**
 * Clock, timers and chance of everything that runs in this process, for as long as a scheduler has them. The product's own
 * code reads them where it always does; outside of a simulation they are Node's.
 */
let scheduler: Scheduler | undefined;
let isInstalled = false;

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clear: globalThis.clearTimeout,
  clearImmediate: globalThis.clearImmediate,
  sleep: timersPromises.setTimeout,
  monotonic: performance.now.bind(performance),
  wallClock: Date.now.bind(Date),
  random: Math.random.bind(Math),
};

/** Runs `work` on the time of a scheduler. */
export async function withVirtualTime<T>(of: Scheduler, work: () => Promise<T>): Promise<T> {
  install();
  scheduler = of;
  try {
    return await work();
  } finally {
    scheduler = undefined;
  }
}

type Call = (...given: unknown[]) => void;

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  Object.assign(globalThis, {
    setTimeout: (call: Call, delayMs?: number, ...given: unknown[]) =>
      scheduler
        ? startTimer(scheduler, delayMs ?? 0, () => call(...given))
        : real.setTimeout(call, delayMs, ...given),
    setInterval: (call: Call, everyMs?: number, ...given: unknown[]) =>
      scheduler
        ? startInterval(scheduler, everyMs ?? 0, () => call(...given))
        : real.setInterval(call, everyMs, ...given),
    setImmediate: (call: Call, ...given: unknown[]) =>
      scheduler ? startTimer(scheduler, 0, () => call(...given)) : real.setImmediate(call, ...given),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: (timer: NodeJS.Immediate) => {
      if (!cancelled(timer)) real.clearImmediate(timer);
    },
  });
  performance.now = () => (scheduler ? scheduler.nowMs : real.monotonic());
  Date.now = () =>
    scheduler ? Math.floor(scheduler.wallClockMs + scheduler.current.clockOffsetMs) : real.wallClock();
  Math.random = () => (scheduler ? scheduler.current.random.fraction() : real.random());
  Object.assign(timersPromises, {
    setTimeout: (delayMs: number, value: unknown, options: Parameters<typeof real.sleep>[2]) =>
      scheduler ? sleep(scheduler, delayMs, value, options?.signal) : real.sleep(delayMs, value, options),
  });
  syncBuiltinESMExports();
}

function startTimer(on: Scheduler, delayMs: number, call: () => void): Timer {
  return on.after(delayMs, on.current, call);
}

/** Each round is a timer of its own behind the one that was returned. */
function startInterval(on: Scheduler, everyMs: number, call: () => void): Timer {
  const { current } = on;
  const first = on.after(everyMs, current, function round() {
    if (first.isCancelled) return;
    on.after(Math.max(1, everyMs), current, round);
    call();
  });
  return first;
}

function clear(timer: NodeJS.Timeout | string | number | undefined): void {
  if (!cancelled(timer)) real.clear(timer);
}

function cancelled(timer: unknown): boolean {
  const isOurs = typeof timer === 'object' && timer !== null && 'isCancelled' in timer;
  if (isOurs) (timer as Timer).isCancelled = true;
  return isOurs;
}

function sleep<T>(on: Scheduler, delayMs: number, value: T, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.isCancelled = true;
      reject(signal?.reason as Error);
    };
    const timer = startTimer(on, delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

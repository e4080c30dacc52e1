import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.js';

const SECOND_MS = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tickedAt = serverNow();

function tick(): void {
  tickedAt = serverNow();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, SECOND_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time, every second. Whatever counts down follows the one clock, so that all of it changes at once. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, latest);
}

/** The same between two ticks, also while nobody has followed yet. */
function latest(): number {
  const now = serverNow();
  if (timer === undefined && Math.abs(now - tickedAt) > SECOND_MS) tickedAt = now;
  return tickedAt;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './errors.js';

export { sleep };

const LONGEST_MS = 60_000;

/** Looks every `everyMs` until `condition` holds. @returns whether it did within `withinMs` */
export async function holdsWithin(
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 50 }: { withinMs: number; everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) return false;
    await sleep(everyMs);
  }
  return true;
}

/** Waits a minute at most. @throws LocalError */
export async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  if (await holdsWithin(condition, { withinMs: LONGEST_MS, everyMs: 100 })) return;
  throw new LocalError(`Within ${LONGEST_MS / 1_000} s it did not happen that ${what}.`);
}

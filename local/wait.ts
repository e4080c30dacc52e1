import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

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

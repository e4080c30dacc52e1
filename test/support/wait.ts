import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 15_000;

/** Tries until `attempt` does not throw, for a state that comes about by itself. @throws the last error at the limit */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { limitMs = LIMIT_MS }: { readonly limitMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

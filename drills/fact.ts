import type { Verdict } from '#load';

/** A verdict on one thing that was looked at. */
export function fact(name: string, ok: boolean, detail: string): Verdict {
  return { name, ok, detail, examples: [] };
}

/** So many requests in a window, which begins with the first of them. */
export interface RateLimit {
  readonly requests: number;
  readonly windowSec: number;
}

const FORM = /^([1-9]\d{0,6})\/([1-9]\d{0,3})([smh])$/;
const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const LONGEST_SEC = 24 * 3_600;

/** Reads `20/10s`, or `off`, which is null. @returns undefined for what is neither */
export function parseRateLimit(text: string): RateLimit | null | undefined {
  if (text === 'off') return null;
  const [, requests, count, unit] = FORM.exec(text) ?? [];
  if (requests === undefined || count === undefined) return undefined;
  const windowSec = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  return windowSec <= LONGEST_SEC ? { requests: Number(requests), windowSec } : undefined;
}

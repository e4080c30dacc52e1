/** How far the clock of whoever signs may be ahead of the database's. */
export const CLOCK_TOLERANCE_SECONDS = 5;

/** Whether a token with these claims has begun and not ended; it must say when it ends. @param nowSec on the database's clock */
export function isOfNow({ exp, nbf }: { exp?: unknown; nbf?: unknown }, nowSec: number): boolean {
  if (typeof exp !== 'number' || exp <= nowSec) return false;
  return nbf === undefined || (typeof nbf === 'number' && nbf <= nowSec + CLOCK_TOLERANCE_SECONDS);
}

/** A store's clock, less the one of this host, in milliseconds. */
export interface ClockOffset {
  readonly offsetMs: number;
  /** How far it may be off: half of the time that asking took. */
  readonly accuracyMs: number;
}

/** @param ask the store's time in milliseconds since the epoch */
export async function readClock(ask: () => Promise<number>): Promise<ClockOffset> {
  const sentMs = Date.now();
  const begun = performance.now();
  const theirs = await ask();
  const tookMs = performance.now() - begun;
  return { offsetMs: theirs - (sentMs + tookMs / 2), accuracyMs: tookMs / 2 };
}

import type { WarmUpOrder } from '../generator/calls.js';

const MOST_MS = 12_000;

/**
 * Until every connection has had an answer: a slow service takes its whole deadline to come into its stride. And for as long
 * as a window (2.5 s at most), so that a process which stood idle while others were measured is as quick as they are.
 */
export function warmUp(windowMs: number): WarmUpOrder {
  return { leastMs: within(windowMs, 700, 2_500), mostMs: MOST_MS };
}

/** A process to which a workload is new is slow for a while: what that runs through has not been compiled yet. */
export function firstWarmUp(windowMs: number): WarmUpOrder {
  return { leastMs: within(4 * windowMs, 5_000, 12_000), mostMs: MOST_MS };
}

function within(ms: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, ms));
}

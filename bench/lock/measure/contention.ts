import { mean, percentile } from '#load';
import type { Figures } from './cell.js';

/** One acquisition, on the clock that all processes share. */
export interface Acquisition {
  readonly askedMs: number;
  readonly startedMs: number;
  /** Just before its release was called. */
  readonly endedMs: number;
  /** Who, among all waiters of the cell. */
  readonly waiter: number;
}

export interface MeasuredWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What the acquisitions of all processes together say about one cell. `busyShare` is how much of the time somebody was at
 * work under the lock: what is left of 1 went into hand-overs, and no lock can be faster than the work. A wait counts when it ended in the window; one
 * that had not ended at its end counts for the longest alone, as far as it had come.
 */
export function contentionOf(
  acquisitions: readonly Acquisition[],
  { fromMs, toMs }: MeasuredWindow,
): Figures {
  const inside = acquisitions.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
  const waits = inside.map(({ askedMs, startedMs }) => startedMs - askedMs);
  const unfinished = acquisitions
    .filter(({ askedMs, startedMs }) => startedMs >= toMs && askedMs < toMs)
    .map(({ askedMs }) => toMs - askedMs);
  const longestMs = [...waits, ...unfinished].reduce((longest, wait) => Math.max(longest, wait), 0);
  const meanMs = mean(waits);
  return {
    perSecond: (inside.length / (toMs - fromMs)) * 1000,
    waitP50Ms: percentile(waits, 50),
    waitP99Ms: percentile(waits, 99),
    waitLongestMs: longestMs,
    waitMeanMs: meanMs,
    longestToMean: longestMs / meanMs,
    againShare: againShareOf(inside),
    busyShare:
      inside.reduce((busyMs, { startedMs, endedMs }) => busyMs + endedMs - startedMs, 0) / (toMs - fromMs),
    overlaps: overlapsOf(acquisitions),
  };
}

/**
 * How much of the time a waiter got the lock again that it had just given back, while others waited. A lock that lets
 * that happen saves itself the hand-over, and its others starve.
 */
function againShareOf(acquisitions: readonly Acquisition[]): number {
  const sorted = [...acquisitions].sort((a, b) => a.startedMs - b.startedMs);
  const again = sorted.filter(({ waiter }, index) => index > 0 && sorted[index - 1]?.waiter === waiter);
  return again.length / Math.max(1, sorted.length - 1);
}

/** How many holders began before the one before them had ended. */
export function overlapsOf(acquisitions: readonly Acquisition[]): number {
  const sorted = [...acquisitions].sort((a, b) => a.startedMs - b.startedMs);
  let lastEndMs = -Infinity;
  let overlaps = 0;
  for (const { startedMs, endedMs } of sorted) {
    if (startedMs < lastEndMs) overlaps += 1;
    lastEndMs = Math.max(lastEndMs, endedMs);
  }
  return overlaps;
}

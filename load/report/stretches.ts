import { mergePoints, type SeriesPoint } from '../time-series.js';

const MAX_BINS = 80;

/** The run in equal stretches of time, few enough to be drawn. */
export interface Stretches {
  readonly points: readonly SeriesPoint[];
  readonly widthMs: number;
}

/** @param most how many there are at most */
export function stretchesOf(
  { series, bucketMs }: { readonly series: readonly SeriesPoint[]; readonly bucketMs: number },
  most = MAX_BINS,
): Stretches {
  const size = Math.max(1, Math.ceil(series.length / most));
  return { points: mergePoints(series, size), widthMs: size * bucketMs };
}

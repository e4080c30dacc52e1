import { median } from '#load';
import type { Point } from './sampler.js';

/** What is looked at, and how much of it is none of our business. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly Point[];
  /** Growth within the time that is judged is noise up to this share of the level, or this much, whichever is more. */
  readonly allowed: { readonly share: number; readonly amount: number };
}

/** What became of a measure in the second half of a run: the first has caches, pools and heaps to fill. */
export interface Growth {
  readonly name: string;
  readonly unit: string;
  /** The middle of the third quarter, and of the last. */
  readonly before: number;
  readonly after: number;
  readonly perHour: number;
  /** Null where there are too few samples to tell. */
  readonly flat: boolean | null;
}

/** In the half that is judged. */
const FEWEST_SAMPLES = 30;
const HOUR_MS = 3_600_000;

/**
 * Whether a measure grows: by the slope of Theil and Sen, the median of the slopes between all pairs of samples, which a
 * fault here and there does not move, and by the medians of the last two quarters. Both must have grown by more than noise.
 */
export function growthOf({ name, unit, points, allowed }: Measure): Growth {
  const fromMs = points[0]?.[0] ?? 0;
  const untilMs = points.at(-1)?.[0] ?? 0;
  const halfMs = (fromMs + untilMs) / 2;
  const judged = points.filter(([atMs]) => atMs >= halfMs);
  const before = median(valuesOf(judged.filter(([atMs]) => atMs < (halfMs + untilMs) / 2)));
  const after = median(valuesOf(judged.filter(([atMs]) => atMs >= (halfMs + untilMs) / 2)));
  const slope = slopeOf(judged);
  const noise = Math.max(allowed.amount, allowed.share * before);
  const grown = slope * (untilMs - halfMs) > noise && after - before > noise / 2;
  return {
    ...{ name, unit, before, after, perHour: slope * HOUR_MS },
    flat: judged.length < FEWEST_SAMPLES ? null : !grown,
  };
}

/** What one more costs, stretch by stretch: constant where the last stretch is no dearer than those before it. */
export interface UnitCost {
  readonly name: string;
  readonly unit: string;
  /** Of each quarter of the run behind its first tenth; NaN where nothing was added. */
  readonly quarters: readonly number[];
  readonly constant: boolean | null;
}

const FEWEST_ADDED = 500;
/** Tables grow by pages, and indexes by splits. */
const DEARER = 1.2;

/** @param of what is added, such as orders, and what it costs in all, sampled together */
export function unitCostOf(
  name: string,
  unit: string,
  { added, cost }: { readonly added: readonly Point[]; readonly cost: readonly Point[] },
): UnitCost {
  const costs = new Map(cost);
  const both = added.flatMap(([atMs, count]) => {
    const total = costs.get(atMs);
    return total === undefined ? [] : [{ count, total }];
  });
  const behind = both.slice(Math.ceil(both.length / 10));
  const edges = [0, 1, 2, 3, 4].map((index) => behind[Math.round(((behind.length - 1) * index) / 4)]);
  const steps = [0, 1, 2, 3].map((index) => stepBetween(edges[index], edges[index + 1]));
  const quarters = steps.map(({ count, total }) => total / count);
  const earlier = median(quarters.slice(0, 3));
  const enough = steps.every(({ count }) => count >= FEWEST_ADDED);
  return { name, unit, quarters, constant: enough ? (quarters[3] ?? NaN) <= earlier * DEARER : null };
}

interface Total {
  readonly count: number;
  readonly total: number;
}

function stepBetween(from: Total | undefined, to: Total | undefined): Total {
  if (!from || !to) return { count: 0, total: 0 };
  return { count: to.count - from.count, total: to.total - from.total };
}

/** Per millisecond; 0 of fewer than two samples. */
function slopeOf(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, [fromMs, from]] of points.entries()) {
    for (const [toMs, to] of points.slice(index + 1)) {
      if (toMs > fromMs) slopes.push((to - from) / (toMs - fromMs));
    }
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

function valuesOf(points: readonly Point[]): number[] {
  return points.map(([, value]) => value);
}

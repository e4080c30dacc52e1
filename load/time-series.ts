/** What happened within one bucket of time. */
export interface SeriesPoint {
  /** Milliseconds after the start at which the bucket begins. */
  readonly atMs: number;
  offered: number;
  accepted: number;
  acceptedUnits: number;
  refused: number;
  undecided: number;
  reads: number;
}

export type SeriesCount = Exclude<keyof SeriesPoint, 'atMs'>;

export const SERIES_COUNTS = [
  'offered',
  'accepted',
  'acceptedUnits',
  'refused',
  'undecided',
  'reads',
] as const;

const FIRST_BUCKET_MS = 10;
const MAX_BUCKETS = 2_000;

/** Events by time, in bounded memory: when there are too many buckets, two at a time become one, twice as wide. */
export class TimeSeries {
  /** Width of a bucket. */
  bucketMs = FIRST_BUCKET_MS;
  private buckets: SeriesPoint[] = [];

  /** @param atMs milliseconds after the start */
  add(atMs: number, name: SeriesCount, count = 1): void {
    while (this.indexOf(atMs) >= MAX_BUCKETS) this.widen();
    const index = this.indexOf(atMs);
    for (let next = this.buckets.length; next <= index; next += 1)
      this.buckets.push(emptyPoint(next * this.bucketMs));
    const bucket = this.buckets[index];
    if (bucket) bucket[name] += count;
  }

  /** Buckets without gaps, from the start to the last event. */
  points(): readonly SeriesPoint[] {
    return this.buckets;
  }

  private indexOf(atMs: number): number {
    return Math.max(0, Math.floor(atMs / this.bucketMs));
  }

  private widen(): void {
    this.buckets = mergePoints(this.buckets, 2);
    this.bucketMs *= 2;
  }
}

/** `size` neighbours at a time as one point. */
export function mergePoints(points: readonly SeriesPoint[], size: number): SeriesPoint[] {
  const merged: SeriesPoint[] = [];
  for (let start = 0; start < points.length; start += size) {
    const sum = emptyPoint(points[start]?.atMs ?? 0);
    for (const point of points.slice(start, start + size))
      for (const name of SERIES_COUNTS) sum[name] += point[name];
    merged.push(sum);
  }
  return merged;
}

function emptyPoint(atMs: number): SeriesPoint {
  return { atMs, offered: 0, accepted: 0, acceptedUnits: 0, refused: 0, undecided: 0, reads: 0 };
}

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Milliseconds; all zero where `count` is 0. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** One point of a percentile curve: `percentile` from 0 to 100, `ms` at most that long for that share of the answers. */
export interface PercentilePoint {
  readonly percentile: number;
  readonly ms: number;
}

const HIGHEST_MICROSECONDS = 3_600_000_000; // an hour: longer waits count as an hour
const CURVE = [
  0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.25, 99.5, 99.7, 99.8, 99.9, 99.99,
  100,
];

/** Counts durations in bounded memory with three significant digits (an HDR histogram, in microseconds). */
export class LatencyHistogram {
  private readonly histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: HIGHEST_MICROSECONDS,
    figures: 3,
  });
  private longestMs = 0;

  /** Durations below a microsecond count as one. */
  record(durationMs: number): void {
    const microseconds = Math.min(Math.max(Math.round(durationMs * 1000), 1), HIGHEST_MICROSECONDS);
    this.histogram.record(microseconds);
    this.longestMs = Math.max(this.longestMs, microseconds / 1000);
  }

  get count(): number {
    return this.histogram.count;
  }

  /** @returns milliseconds; 0 when nothing was recorded */
  percentile(percentile: number): number {
    if (this.count === 0) return 0;
    if (percentile >= 100) return this.longestMs;
    // Node refuses 0; its lowest percentile is as good as the minimum here.
    return Math.min(this.histogram.percentile(Math.max(percentile, 1e-6)) / 1000, this.longestMs);
  }

  summary(): LatencySummary {
    return {
      count: this.count,
      mean: this.count === 0 ? 0 : this.histogram.mean / 1000,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.longestMs,
    };
  }

  /** For a plot; empty when nothing was recorded. */
  curve(): PercentilePoint[] {
    if (this.count === 0) return [];
    return CURVE.map((percentile) => ({ percentile, ms: this.percentile(percentile) }));
  }
}

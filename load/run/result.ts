import type { Sample, SoldItem } from '../checker/evidence.js';
import type { Verdict } from '../checker/verdict.js';
import type { SeriesPoint } from '../time-series.js';
import type { LatencySummary, PercentilePoint } from '../statistics.js';
import type { LedgerPoint } from '../checker/ledger-curve.js';
import type { HarnessLoad } from './harness-monitor.js';

/** Everything a run has to say for itself: the JSON file, and what table and report are made from. */
export interface RunResult {
  readonly holdfast: 'load-result';
  readonly formatVersion: 1;
  readonly passed: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seed: number;
  readonly strategy: string;
  /** The options as they took effect, secrets left out. */
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly sale: { readonly id: string; readonly currency: string; readonly items: readonly SoldItem[] };
  readonly counts: Counts;
  /** Milliseconds from the intended send time to the answer that settled the order. */
  readonly latency: Readonly<
    Record<LatencyName, LatencySummary & { readonly curve: readonly PercentilePoint[] }>
  >;
  readonly timing: {
    /** From the first request to the last answer. */
    readonly elapsedMs: number;
    /** From the start to the answer that sold the last unit; null when units are left. */
    readonly soldOutMs: number | null;
    /** Settled orders and answered reads a second. */
    readonly answersPerSecond: number;
    readonly acceptedPerSecond: number;
  };
  readonly harness: HarnessLoad;
  /** What autocannon counted itself, the probes of the connections included. */
  readonly autocannon: { readonly answers: number; readonly errors: number; readonly timeouts: number };
  readonly bucketMs: number;
  readonly series: readonly SeriesPoint[];
  /** Units reserved and sold by the movements in the database; empty where it could not be read. */
  readonly ledger: readonly LedgerPoint[];
  /** Reconciliations while the load ran; times are milliseconds after the start. */
  readonly samples: readonly Sample[];
  readonly failedSamples: number;
  readonly verdicts: readonly Verdict[];
  readonly files: { readonly journal: string; readonly json: string; readonly html: string };
}

export type LatencyName = 'accepted' | 'refused' | 'reads';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly platform: string;
}

export interface Counts {
  readonly offered: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Orders without a definite answer, by the last thing heard. */
  readonly undecided: Readonly<Record<string, number>>;
  /** Orders and reads that were planned and for which the time did not suffice. */
  readonly neverSent: number;
  readonly resent: number;
  readonly replayed: number;
  readonly reads: number;
  readonly failedReads: number;
  /** Units of all items. */
  readonly unitsReceived: number;
  readonly unitsAccepted: number;
}

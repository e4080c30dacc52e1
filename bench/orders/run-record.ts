import type { Target } from '../shared/targets.js';
import type { BenchOptions } from './options.js';
import type { OrderResults } from './results.js';

/** Everything a run has to say for itself: what tables, JSON and page are made from. */
export interface RunRecord {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly command: string;
  readonly seed: number;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly options: BenchOptions;
  /** What to know when reading the figures. */
  readonly notes: readonly string[];
  readonly targets: readonly Target[];
  readonly results: OrderResults;
}

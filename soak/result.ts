import type { Verdict } from '#load';
import type { FaultEntry } from './fleet/faults.js';
import type { Growth, UnitCost } from './measure/growth.js';
import type { Point } from './measure/sampler.js';
import type { SoakOptions } from './options.js';

/** Everything a run has to say for itself: the JSON file, and what table and report are made from. */
export interface SoakResult {
  readonly holdfast: 'soak-result';
  readonly passed: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Until everything that was under way had ended. */
  readonly elapsedMs: number;
  readonly options: Omit<SoakOptions, 'output'>;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly visits: { readonly begun: number; readonly turnedAway: number };
  readonly streams: number;
  readonly events: number;
  readonly orders: number;
  /** What came back, by route and code. */
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: readonly FaultEntry[];
  readonly growths: readonly Growth[];
  readonly costOfAnOrder: UnitCost;
  readonly verdicts: readonly Verdict[];
  readonly series: Readonly<Record<string, readonly Point[]>>;
  readonly files: { readonly journal: string; readonly json: string; readonly html: string };
}

/** What is wrong, in a line each. */
export function failuresOf({ growths, costOfAnOrder, verdicts }: SoakResult): string[] {
  return [
    ...growths.filter(({ flat }) => flat === false).map(({ name }) => `${name} grows`),
    ...(costOfAnOrder.constant === false ? [`${costOfAnOrder.name} costs more and more`] : []),
    ...verdicts.filter(({ ok }) => ok === false).map(({ name, detail }) => `${name}: ${detail}`),
  ];
}

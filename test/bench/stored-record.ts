import { cellOf } from '../../bench/orders/cell.js';
import type { Figures } from '../../bench/orders/finding.js';
import type { BenchOptions } from '../../bench/orders/options.js';
import { cellsOf } from '../../bench/orders/parts.js';
import { OrderResults, type MeasuredCell } from '../../bench/orders/results.js';
import type { RunRecord } from '../../bench/orders/run-record.js';
import { targetsOf } from '../../bench/orders/targets.js';

const OPTIONS: BenchOptions = {
  parts: ['concurrency', 'sold-out', 'sale-page'],
  strategies: ['noop', 'batched', 'per-order', 'unguarded', 'bare-fastify'],
  connections: [1, 100, 1_000],
  crowd: 1_000,
  volume: 1_000,
  rounds: 2,
  seconds: 1,
  seed: 5,
  output: undefined,
  json: undefined,
  html: undefined,
};

/** What a benchmark of some strategies leaves behind, as plain data. */
export function recordOf(change: Partial<RunRecord> = {}): RunRecord {
  const all = cellsOf(OPTIONS).flatMap((cell, index) =>
    [1, 2].map((round): MeasuredCell => {
      const figures = figuresOf(1_000 + 100 * index + 10 * round);
      return { cell, round, finding: { figures, counts: { '201': 500 }, broken: [], remarks: {} } };
    }),
  );
  const results = new OrderResults(all);
  return {
    measuredAt: '2026-11-20T12:00:00.000Z',
    command: 'npm run bench -- --seed 5',
    seed: 5,
    machine: '2 × A <fast> one, Linux, Node 20.20.2',
    versions: { PostgreSQL: '18.4', Redis: '7.0.15' },
    options: OPTIONS,
    notes: ['fsync is on.'],
    targets: targetsOf(results, OPTIONS),
    results,
    ...change,
  };
}

/** A record in which an order that was acknowledged is not to be found. */
export function lostOrderRecord(): RunRecord {
  const cell = cellOf('batched', 'hot-item', 1_000);
  const finding = { figures: figuresOf(900), counts: {}, broken: ['1 order <is> lost'], remarks: {} };
  return recordOf({ results: new OrderResults([{ cell, round: 1, finding }]) });
}

function figuresOf(perSecond: number): Figures {
  return {
    perSecond,
    acceptedP50Ms: 12,
    acceptedP90Ms: 20,
    acceptedP99Ms: 40,
    acceptedMaxMs: 55,
    batchOrders: 20,
    apiCpuSec: 0.4,
    postgresCpuSec: 0.2,
    redisCpuSec: 0.05,
    generatorCpuSec: 0.1,
    apiPeakMb: 180,
    walBytes: 1_400,
    commits: 0.05,
    generatorBusyShare: 0.3,
  };
}

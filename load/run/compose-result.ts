import { createRequire } from 'node:module';
import os from 'node:os';
import { ledgerCurve } from '../checker/ledger-curve.js';
import type { Snapshot } from '../checker/snapshot.js';
import type { Verdict } from '../checker/verdict.js';
import type { Meter } from '../meter.js';
import type { LoadOptions } from '../options.js';
import type { LatencyHistogram } from '../statistics.js';
import type { Catalogue } from '../target/catalogue.js';
import type { Sampler } from '../target/sampler.js';
import type { DrivenLoad } from './drive.js';
import type { Counts, Machine, RunResult } from './result.js';
import type { RunContext } from './run.js';
import type { Stage } from './stage.js';

/** Puts together what is shown and written of a run. */
export function composeResult(
  { target, options, files }: RunContext,
  run: {
    catalogue: Catalogue;
    stage: Stage;
    load: DrivenLoad;
    replayed: number;
    sampler: Sampler;
    snapshot: Snapshot;
    verdicts: readonly Verdict[];
  },
): RunResult {
  const { catalogue, load, sampler, verdicts } = run;
  const { meter } = run.stage;
  const { startedMs } = load.generator;
  const elapsedMs = Math.max(1, meter.lastAnswerMs - startedMs);
  return {
    holdfast: 'load-result',
    formatVersion: 1,
    passed: verdicts.every(({ ok }) => ok !== false),
    startedAt: new Date(startedMs).toISOString(),
    seed: options.seed,
    strategy: target.strategy,
    options: shownOptions(options),
    machine: thisMachine(),
    versions: { node: process.versions.node, ...target.versions, autocannon: autocannonVersion() },
    sale: { id: catalogue.saleId, currency: catalogue.currency, items: catalogue.items },
    counts: countsOf(meter, catalogue, run.replayed),
    latency: {
      accepted: latencyOf(meter.latency.accepted),
      refused: latencyOf(meter.latency.refused),
      reads: latencyOf(meter.latency.reads),
    },
    timing: {
      elapsedMs,
      soldOutMs: meter.soldOutMs ?? null,
      answersPerSecond: (meter.answered / elapsedMs) * 1000,
      acceptedPerSecond: (meter.accepted / (meter.soldOutMs ?? elapsedMs)) * 1000,
    },
    harness: load.harness,
    autocannon: load.generator.autocannon,
    bucketMs: meter.series.bucketMs,
    series: meter.series.points(),
    ledger: ledgerCurve(run.snapshot, startedMs),
    samples: sampler.samples.map((sample) => ({ ...sample, atMs: sample.atMs - startedMs })),
    failedSamples: sampler.failures,
    verdicts,
    files,
  };
}

function shownOptions({
  target,
  output: _o,
  json: _j,
  html: _h,
  ...rest
}: LoadOptions): RunResult['options'] {
  const shown = Object.entries(rest).map(([name, value]) => [name, value ?? null] as const);
  return { ...Object.fromEntries(shown), target: target.kind };
}

function countsOf(meter: Meter, catalogue: Catalogue, replayed: number): Counts {
  const { offered, accepted, acceptedUnits, neverSent, resent, reads, failedReads } = meter;
  return {
    offered,
    accepted,
    refused: Object.fromEntries(meter.refused),
    undecided: Object.fromEntries(meter.undecided),
    neverSent,
    resent,
    replayed,
    reads,
    failedReads,
    unitsReceived: catalogue.items.reduce((sum, { stock }) => sum + stock, 0),
    unitsAccepted: acceptedUnits,
  };
}

function latencyOf(histogram: LatencyHistogram): RunResult['latency']['accepted'] {
  return { ...histogram.summary(), curve: histogram.curve() };
}

function thisMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memory: os.totalmem(),
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

function autocannonVersion(): string {
  const manifest = createRequire(import.meta.url)('autocannon/package.json') as { version: string };
  return manifest.version;
}

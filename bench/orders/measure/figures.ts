import type { Figures, FigureName } from '../finding.js';
import type { WindowReport } from '../generator/calls.js';
import { meanBetween } from './service-metrics.js';
import type { Consumer, Sample } from './sample.js';

const CPU_FIGURES: Readonly<Record<Consumer, FigureName>> = {
  api: 'apiCpuSec',
  postgres: 'postgresCpuSec',
  redis: 'redisCpuSec',
  generator: 'generatorCpuSec',
};

/** The figures of a window from what was counted in it and what was used at its two ends. */
export function figuresOf(seen: {
  readonly before: Sample;
  readonly after: Sample;
  readonly report: WindowReport;
  /** The answers that are counted. */
  readonly wanted: string;
  readonly peakMb: number | undefined;
}): Figures {
  const { before, after, report, wanted, peakMb } = seen;
  const seconds = report.elapsedMs / 1000;
  const all = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
  const counted = report.counts[wanted] ?? 0;
  const perSecond = counted / seconds;
  const metrics = before.metrics && after.metrics && { before: before.metrics, after: after.metrics };
  const lockWaitSec = metrics && meanBetween(metrics.before.lockWaits, metrics.after.lockWaits);
  return defined({
    perSecond,
    othersPerSecond: (all - counted) / seconds,
    ...latencies(report),
    batchOrders: metrics && meanBetween(metrics.before.batches, metrics.after.batches),
    lockWaitMs: lockWaitSec === undefined ? undefined : lockWaitSec * 1000,
    ...(counted > 0 ? costs(before, after, perSecond) : {}),
    apiPeakMb: peakMb,
    generatorBusyShare: report.busyShare,
  });
}

function latencies({ accepted, refused }: WindowReport): Figures {
  return {
    ...(accepted.count === 0
      ? {}
      : {
          acceptedP50Ms: accepted.p50,
          acceptedP90Ms: accepted.p90,
          acceptedP99Ms: accepted.p99,
          acceptedMaxMs: accepted.max,
        }),
    ...(refused.count === 0
      ? {}
      : {
          refusedP50Ms: refused.p50,
          refusedP90Ms: refused.p90,
          refusedP99Ms: refused.p99,
          refusedMaxMs: refused.max,
        }),
  };
}

/** Each source is divided by its own time: the samples are not taken exactly at the ends of the window. */
function costs(before: Sample, after: Sample, perSecond: number): Partial<Record<FigureName, number>> {
  const figures: Partial<Record<FigureName, number>> = {};
  if (before.cpu && after.cpu) {
    const seconds = (after.cpu.atMs - before.cpu.atMs) / 1000;
    for (const [consumer, name] of Object.entries(CPU_FIGURES) as [Consumer, FigureName][]) {
      const used = after.cpu.seconds[consumer] - before.cpu.seconds[consumer];
      figures[name] = ((used / seconds) * 1000) / perSecond;
    }
  }
  if (before.database && after.database) {
    const seconds = (after.database.atMs - before.database.atMs) / 1000;
    figures.walBytes = (after.database.walBytes - before.database.walBytes) / seconds / perSecond;
    figures.commits = (after.database.commits - before.database.commits) / seconds / perSecond;
  }
  return figures;
}

function defined(figures: Readonly<Partial<Record<FigureName, number | undefined>>>): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}

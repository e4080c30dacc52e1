import { mergePoints, type SeriesPoint } from '../time-series.js';
import type { Sample } from '../checker/evidence.js';
import type { LatencyName, RunResult } from '../run/result.js';
import { drawChart, type Series } from './chart.js';
import { integer, milliseconds } from './format.js';
import { linearAxis, logAxis, timeAxis, type Axis } from './scale.js';

const MAX_BINS = 120;
const AFTER_END_MS = 600; // the last reconciliation comes a moment after the last answer
const CLIP_FACTOR = 1.5;

/** Units left by what buyers were told, and what the ledger said meanwhile. */
export function stockChart(result: RunResult): string {
  const { counts, timing } = result;
  const samples = result.samples.filter(({ atMs }) => atMs <= timing.elapsedMs + AFTER_END_MS);
  const endMs = Math.max(timing.elapsedMs, ...samples.map(({ atMs }) => atMs));
  const left = leftByAnswers(result, endMs);
  const leftAtEnd = counts.unitsReceived - counts.unitsAccepted;
  const lines: Series[] = [
    { name: 'left, by what buyers were told', colour: 'left', points: left, style: 'step', filled: true },
    ...(['reserved', 'sold'] as const).flatMap((figure): Series[] => [
      {
        name: `${figure}, by the movements`,
        colour: figure,
        points: byMovements(result, figure, endMs),
        style: 'step',
      },
      {
        name: `${figure}, when the service was asked`,
        colour: figure,
        points: whenAsked(samples, figure),
        style: 'dots',
      },
    ]),
  ];
  const drawn = lines.filter(({ points }) => points.some(([, units]) => units !== 0));
  const all = drawn.flatMap(({ points }) => points.map(([, units]) => units));
  return drawChart({
    id: 'stock',
    description: `Of ${integer(counts.unitsReceived)} units, ${integer(leftAtEnd)} were left at the end.`,
    x: timeAxis(endMs),
    y: linearAxis('units', {
      min: Math.min(0, ...all),
      max: Math.max(counts.unitsReceived, 1, ...all),
      text: integer,
    }),
    series: drawn,
    ...(leftAtEnd < 0
      ? { mark: { value: 0, text: `nothing is left: ${integer(-leftAtEnd)} units oversold` } }
      : {}),
  });
}

type Points = [x: number, y: number][];

function leftByAnswers({ counts, series, bucketMs }: RunResult, endMs: number): Points {
  let left = counts.unitsReceived;
  const points: Points = [[0, left]];
  for (const { atMs, acceptedUnits } of series) {
    if (acceptedUnits === 0) continue;
    left -= acceptedUnits;
    points.push([Math.min(atMs + bucketMs, endMs), left]);
  }
  return [...points, [endMs, left]];
}

function byMovements({ ledger }: RunResult, figure: 'reserved' | 'sold', endMs: number): Points {
  const points: Points = ledger.map((point) => [Math.max(0, point.atMs), point[figure]]);
  const last = points.at(-1);
  return last ? [[0, 0], ...points, [endMs, last[1]]] : [];
}

function whenAsked(samples: readonly Sample[], figure: 'reserved' | 'sold'): Points {
  return samples.map(({ atMs, items }) => [
    Math.max(0, atMs),
    items.reduce((sum, item) => sum + item[figure], 0),
  ]);
}

/** Orders and reads a second. */
export function throughputChart(result: RunResult): string {
  const { series, bucketMs, timing } = result;
  const bins = binned(series, bucketMs);
  const widthMs = bins.widthMs;
  const rates = (pick: (point: SeriesPoint) => number) =>
    bins.points.map((point) => [point.atMs, (pick(point) / widthMs) * 1000] as const);
  const lines: Series[] = [
    {
      name: 'accepted',
      colour: 'accepted',
      points: rates(({ accepted }) => accepted),
      style: 'step',
      filled: true,
    },
    {
      name: 'refused',
      colour: 'refused',
      points: rates(({ refused }) => refused),
      style: 'step',
      filled: true,
    },
    {
      name: 'without an answer',
      colour: 'undecided',
      points: rates(({ undecided }) => undecided),
      style: 'step',
    },
    { name: 'reads', colour: 'reads', points: rates(({ reads }) => reads), style: 'step' },
  ];
  const drawn = lines.filter(({ points }) => points.some(([, rate]) => rate > 0));
  const offered = rates((point) => point.offered);
  const answeredPeak = Math.max(1, ...drawn.flatMap(({ points }) => points.map(([, rate]) => rate)));
  const offeredPeak = Math.max(0, ...offered.map(([, rate]) => rate));
  const clipped = offeredPeak > CLIP_FACTOR * answeredPeak;
  const name = clipped ? `offered (peak ${integer(offeredPeak)}/s, cut off)` : 'offered';
  return drawChart({
    id: 'throughput',
    description: `Up to ${integer(answeredPeak)} answers a second of one kind.`,
    x: timeAxis(Math.max(timing.elapsedMs, bins.points.length * widthMs)),
    y: linearAxis('a second', {
      max: clipped ? answeredPeak : Math.max(answeredPeak, offeredPeak),
      text: integer,
    }),
    series: [...drawn, { name, colour: 'offered', points: offered, style: 'step', dashed: true }],
  });
}

/** The whole distribution, so that the tail can be seen. */
export function latencyChart({ latency }: RunResult): string {
  const colours: Readonly<Record<LatencyName, string>> = {
    accepted: 'accepted',
    refused: 'refused',
    reads: 'reads',
  };
  const curves = (['accepted', 'refused', 'reads'] as const).filter((name) => latency[name].count > 0);
  const values = curves.flatMap((name) => latency[name].curve.map(({ ms }) => ms));
  if (values.length === 0) return '<p>There were no answers.</p>';
  const percentiles = latency[curves[0] ?? 'accepted'].curve.map(({ percentile }) => percentile);
  return drawChart({
    id: 'latency',
    description: curves.map((name) => `${name}: p99 ${milliseconds(latency[name].p99)} ms`).join(', '),
    x: percentileAxis(percentiles),
    y: logAxis('milliseconds', {
      min: Math.min(...values),
      max: Math.max(...values),
      text: (ms) => (ms < 1 ? String(ms) : integer(ms)),
    }),
    series: curves.map((name) => ({
      name: `${name} (${integer(latency[name].count)})`,
      colour: colours[name],
      points: latency[name].curve.map(({ ms }, index) => [index, ms] as const),
      style: 'line',
    })),
  });
}

/** Evenly spaced, so that the last percent has as much room as the first half. */
function percentileAxis(percentiles: readonly number[]): Axis {
  const last = Math.max(1, percentiles.length - 1);
  const ticks = percentiles.map((percentile, index) => ({ value: index, text: percentileName(percentile) }));
  return {
    label: 'share of the answers that were at most as slow',
    ticks,
    position: (index) => index / last,
  };
}

function percentileName(percentile: number): string {
  if (percentile === 0) return 'min';
  return percentile === 100 ? 'max' : `${percentile} %`;
}

/** Few enough to be drawn; the last point closes the last step. */
function binned(
  series: readonly SeriesPoint[],
  bucketMs: number,
): { points: SeriesPoint[]; widthMs: number } {
  const size = Math.max(1, Math.ceil(series.length / MAX_BINS));
  const points = mergePoints(series, size);
  const last = points.at(-1);
  const widthMs = size * bucketMs;
  if (last) points.push({ ...last, atMs: last.atMs + widthMs });
  return { points, widthMs };
}

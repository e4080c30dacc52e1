import { dataTable } from '../page/data-table.js';
import { lineChart, type Series } from '../page/line-chart.js';
import { folded } from '../page/page.js';
import { linearAxis, timeAxis } from '../page/scale.js';
import type { RunResult } from '../run/result.js';
import type { SeriesCount } from '../time-series.js';
import { duration, integer, milliseconds } from './format.js';
import { LOOKS } from './looks.js';
import { stretchesOf, type Stretches } from './stretches.js';

const CLIP_FACTOR = 1.5;
const TABLE_ROWS = 12;
const ANSWERS = [
  { count: 'accepted', name: 'accepted', filled: true },
  { count: 'refused', name: 'refused', filled: true },
  { count: 'undecided', name: 'without an answer', filled: false },
  { count: 'reads', name: 'reads', filled: false },
] as const;

/** Orders that were offered, accepted and refused a second, and reads. */
export function throughputChart(result: RunResult): string {
  const stretches = stretchesOf(result);
  const answers = ANSWERS.map(({ count, name, filled }): Series => ({
    name,
    look: LOOKS[count],
    points: ratesOf(stretches, count),
    style: 'step',
    filled,
  })).filter(({ points }) => points.some(([, rate]) => rate > 0));
  const offered = ratesOf(stretches, 'offered');
  const answeredPeak = Math.max(1, ...answers.map(peakOf));
  const offeredPeak = peakOf({ points: offered });
  const clipped = offeredPeak > CLIP_FACTOR * answeredPeak;
  const cut = clipped ? ` (peak ${integer(offeredPeak)} a second, cut off)` : '';
  const chart = lineChart({
    id: 'throughput',
    title: 'Orders offered, accepted and refused a second',
    summary: summaryOf(result, answers, stretches.widthMs),
    x: timeAxis(Math.max(result.timing.elapsedMs, stretches.points.length * stretches.widthMs)),
    y: linearAxis('a second', {
      max: clipped ? answeredPeak : Math.max(answeredPeak, offeredPeak),
      text: integer,
    }),
    series: [...answers, { name: `offered${cut}`, look: LOOKS.offered, points: offered, style: 'step' }],
    describePoint: (name, x, y) => `${name}: ${integer(y)} a second at ${duration(x)}`,
  });
  return chart + folded('Offered, accepted and refused as a table', throughputTable(result));
}

function summaryOf({ timing }: RunResult, answers: readonly Series[], widthMs: number): string {
  const peaks = answers.map((series) => `${series.name} ${integer(peakOf(series))}`);
  const highest = peaks.length === 0 ? '' : ` At the highest, a second: ${peaks.join(', ')}.`;
  return (
    `${integer(timing.answersPerSecond)} answers a second in the mean of ${duration(timing.elapsedMs)}.${highest} ` +
    `Each step is the mean of ${milliseconds(widthMs)} ms.`
  );
}

/** The last point closes the last step. */
function ratesOf({ points, widthMs }: Stretches, count: SeriesCount): [x: number, y: number][] {
  const rates = points.map((point): [number, number] => [point.atMs, (point[count] / widthMs) * 1000]);
  const last = rates.at(-1);
  return last ? [...rates, [last[0] + widthMs, last[1]]] : [];
}

function peakOf({ points }: Pick<Series, 'points'>): number {
  return Math.max(0, ...points.map(([, rate]) => rate));
}

function throughputTable(result: RunResult): string {
  const { points, widthMs } = stretchesOf(result, TABLE_ROWS);
  const rows = points.map((point) => [
    duration(point.atMs),
    ...(['offered', 'accepted', 'refused', 'undecided', 'reads'] as const).map((count) =>
      integer(point[count]),
    ),
  ]);
  return dataTable({
    caption: `What happened in each ${duration(widthMs)}`,
    head: ['from', 'offered', 'accepted', 'refused', 'no answer', 'reads'],
    rows,
  });
}

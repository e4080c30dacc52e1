import { dataTable } from '../page/data-table.js';
import { lineChart } from '../page/line-chart.js';
import { logAxis, PERCENTILES, percentileAxis } from '../page/scale.js';
import type { LatencyName, RunResult } from '../run/result.js';
import { duration, integer, milliseconds } from './format.js';
import { LOOKS } from './looks.js';

const NAMES = ['accepted', 'refused', 'reads'] as const satisfies readonly LatencyName[];
/** Beyond it there are too few answers to draw; the table has the slowest. */
const LAST_PERCENTILE = 99.9;
const LEAST_MS = 0.01;

/** The whole distribution up to p99.9, and a table of it. */
export function latencyChart({ latency }: RunResult): string {
  const answered = NAMES.filter((name) => latency[name].count > 0);
  if (answered.length === 0) return '<p class="note">There were no answers.</p>';
  const curves = answered.map((name) => ({
    name,
    points: latency[name].curve
      .filter(({ percentile }) => percentile <= LAST_PERCENTILE)
      .map(({ percentile, ms }): [number, number] => [percentile, Math.max(ms, LEAST_MS)]),
  }));
  const values = curves.flatMap(({ points }) => points.map(([, ms]) => ms));
  const chart = lineChart({
    id: 'latency',
    title: 'Latency by percentile',
    summary: summaryOf(latency, answered),
    x: percentileAxis('share of the answers that came at least as fast'),
    y: logAxis('milliseconds', {
      min: Math.min(...values),
      max: Math.max(...values),
      text: (ms) => (ms < 1 ? String(ms) : integer(ms)),
    }),
    series: curves.map(({ name, points }) => ({
      name: `${name} (${integer(latency[name].count)})`,
      look: LOOKS[name],
      points,
      style: 'line',
      markers: points.filter(([percentile]) => PERCENTILES.includes(percentile)),
    })),
    describePoint: (name, percentile, ms) => `${name}, p${percentile}: ${duration(ms)}`,
  });
  return chart + latencyTable(latency, answered);
}

function summaryOf(latency: RunResult['latency'], names: readonly LatencyName[]): string {
  const halves = names.map((name) => {
    const { p50, p999 } = latency[name];
    return `half of the ${name} within ${duration(p50)}, 99.9 % within ${duration(p999)}`;
  });
  const sentence = halves.join('; ');
  return (
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. Both axes are logarithmic: each further nine has as much room ` +
    'as the one before. Of fewer than 1,000 answers p99.9 is the slowest.'
  );
}

function latencyTable(latency: RunResult['latency'], names: readonly LatencyName[]): string {
  const columns = ['mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const;
  return dataTable({
    caption:
      'Milliseconds from the moment the buyer meant to press the button to the answer that settled the order',
    head: ['', 'answers', ...columns.map((column) => (column === 'p999' ? 'p99.9' : column))],
    rows: names.map((name) => [
      name,
      integer(latency[name].count),
      ...columns.map((column) => milliseconds(latency[name][column])),
    ]),
  });
}

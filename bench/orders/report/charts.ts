import {
  integer,
  linearAxis,
  lineChart,
  logAxis,
  logAxisAt,
  milliseconds,
  type Axis,
  type Series,
} from '#load';
import { cellOf } from '../cell.js';
import { BARE, BATCHED, CEILING, CONTESTANT_NAMES } from '../contestants.js';
import type { FigureName } from '../finding.js';
import type { OrderResults } from '../results.js';
import { lookOf } from './looks.js';

const HEIGHT = { main: 460, other: 340 };
const LEAST_SHOWN = 0.01;

interface Picture {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly figure: FigureName;
  readonly label: string;
  readonly contestants: readonly string[];
  readonly height: number;
  readonly logarithmic: boolean;
  readonly text: (value: number) => string;
}

/** Orders accepted a second against connections, the picture of the whole: once to scale, once so that all can be told apart. */
export function throughputCharts(results: OrderResults, connections: readonly number[]): string {
  const common = { figure: 'perSecond', label: 'orders accepted a second', text: integer } as const;
  const toScale = overConnections(results, connections, {
    ...common,
    id: 'throughput',
    title: 'Orders accepted a second against connections, to scale',
    summary: `The dashed line is the ceiling: the same application, without taking stock or writing. Without ${BARE}, which is far above.`,
    contestants: CONTESTANT_NAMES.filter((name) => name !== BARE),
    height: HEIGHT.main,
    logarithmic: false,
  });
  const all = overConnections(results, connections, {
    ...common,
    id: 'throughput-log',
    title: 'Orders accepted a second against connections, logarithmic',
    summary:
      'The same, logarithmic, with everybody who was measured. A broad line through a marker is the spread of the rounds.',
    contestants: CONTESTANT_NAMES,
    height: HEIGHT.main,
    logarithmic: true,
  });
  return toScale + all;
}

/** What the slowest percent of the accepted waited at least. */
export function latencyChart(results: OrderResults, connections: readonly number[]): string {
  return overConnections(results, connections, {
    id: 'p99',
    title: 'p99 of accepted orders against connections',
    summary: 'Of a hundred accepted orders, ninety-nine had their answer within this time. Lower is better.',
    figure: 'acceptedP99Ms',
    label: 'p99 of accepted orders, ms',
    contestants: CONTESTANT_NAMES,
    height: HEIGHT.main,
    logarithmic: true,
    text: (ms) => (ms < 1 ? milliseconds(ms) : integer(ms)),
  });
}

/** How many orders share a transaction. */
export function batchChart(results: OrderResults, connections: readonly number[]): string {
  return overConnections(results, connections, {
    id: 'batch',
    title: 'Orders in a batch against connections',
    summary: 'The mean number of orders that one transaction takes, by the metrics of the service.',
    figure: 'batchOrders',
    label: 'orders in a batch, mean',
    contestants: CONTESTANT_NAMES,
    height: HEIGHT.other,
    logarithmic: false,
    text: integer,
  });
}

/** @returns nothing where nothing was measured */
function overConnections(results: OrderResults, connections: readonly number[], picture: Picture): string {
  const series = picture.contestants
    .map((name) => seriesOf(results, connections, name, picture))
    .filter(({ points }) => points.length > 0);
  const values = series.flatMap(({ points, spread = [] }) => [
    ...points.map(([, y]) => y),
    ...spread.flatMap(([, low, high]) => [low, high]),
  ]);
  if (values.length === 0) return '';
  const { id, title, summary, height } = picture;
  return lineChart({
    id,
    title,
    summary,
    height,
    x: logAxisAt('connections', connections, integer),
    y: valueAxis(values, picture),
    series,
    endLabels: true,
    describePoint: (name, x, y) => `${name}, ${integer(x)} connections: ${picture.text(y)}`,
  });
}

function seriesOf(
  results: OrderResults,
  connections: readonly number[],
  name: string,
  { figure, logarithmic }: Picture,
): Series {
  const measured = connections.flatMap((count) => {
    const summary = results.figure(cellOf(name, 'hot-item', count), figure);
    return summary && summary.median > 0 ? [{ count, ...summary }] : [];
  });
  return {
    name: name === CEILING ? `${name}, the ceiling` : name,
    look: lookOf(name),
    style: 'line',
    filled: name === BATCHED && !logarithmic, // an area from 1 up would say nothing
    points: measured.map(({ count, median }) => [count, median] as const),
    spread: measured.map(({ count, min, max }) => [count, min, max] as const),
  };
}

function valueAxis(values: readonly number[], { label, logarithmic, text }: Picture): Axis {
  const max = Math.max(...values);
  if (!logarithmic) return linearAxis(label, { max, text });
  return logAxis(label, { min: Math.max(LEAST_SHOWN, Math.min(...values)), max, text });
}

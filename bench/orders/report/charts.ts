import {
  drawChart,
  integer,
  linearAxis,
  logAxis,
  logAxisAt,
  milliseconds,
  type Axis,
  type Series,
} from '#load';
import { cellOf, type Cell } from '../cell.js';
import { BARE, BATCHED, CEILING, CONTESTANT_NAMES } from '../contestants.js';
import type { FigureName } from '../finding.js';
import type { OrderResults } from '../results.js';
import { colourOf } from './colours.js';

const HEIGHT = { main: 440, other: 320 };
const LEAST_SHOWN = 0.01;

interface Picture {
  readonly id: string;
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
  // Bare Fastify is so far above that the others would lie at the bottom of a picture to scale.
  const contestants = CONTESTANT_NAMES.filter((name) => name !== BARE);
  const main = { ...common, id: 'throughput', contestants, height: HEIGHT.main, logarithmic: false };
  const all = {
    ...common,
    id: 'throughput-log',
    contestants: CONTESTANT_NAMES,
    height: HEIGHT.main,
    logarithmic: true,
  };
  return (
    overConnections(results, connections, main) +
    `<p class="note">The same, logarithmic, with everybody who was measured:</p>` +
    overConnections(results, connections, all)
  );
}

export function latencyChart(results: OrderResults, connections: readonly number[]): string {
  return overConnections(results, connections, {
    id: 'p99',
    figure: 'acceptedP99Ms',
    label: 'p99 of accepted orders, ms',
    contestants: CONTESTANT_NAMES,
    height: HEIGHT.main,
    logarithmic: true,
    text: (ms) => (ms < 1 ? milliseconds(ms) : integer(ms)),
  });
}

export function batchChart(results: OrderResults, connections: readonly number[]): string {
  return overConnections(results, connections, {
    id: 'batch',
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
  const series = picture.contestants.map((name) => seriesOf(results, connections, name, picture));
  const drawn = series.filter(({ points }) => points.length > 0);
  const values = drawn.flatMap(({ points, spread = [] }) => [
    ...points.map(([, y]) => y),
    ...spread.flatMap(([, low, high]) => [low, high]),
  ]);
  if (values.length === 0) return '';
  return drawChart({
    id: picture.id,
    description: `${picture.label} against connections: ${drawn.map(({ name }) => name).join(', ')}`,
    x: logAxisAt('connections', connections, integer),
    y: valueAxis(values, picture),
    series: drawn,
    height: picture.height,
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
    const cell: Cell = cellOf(name, 'hot-item', count);
    const summary = results.figure(cell, figure);
    return summary && summary.median > 0 ? [{ count, ...summary }] : [];
  });
  return {
    name: name === CEILING ? `${name}, the ceiling` : name,
    filled: name === BATCHED && !logarithmic, // an area from 1 up would say nothing
    colour: colourOf(name),
    style: 'marked',
    dashed: name === CEILING || name === BARE,
    points: measured.map(({ count, median }) => [count, median] as const),
    spread: measured.map(({ count, min, max }) => [count, min, max] as const),
  };
}

function valueAxis(values: readonly number[], { label, logarithmic, text }: Picture): Axis {
  const max = Math.max(...values);
  if (!logarithmic) return linearAxis(label, { max, text });
  return logAxis(label, { min: Math.max(LEAST_SHOWN, Math.min(...values)), max, text });
}

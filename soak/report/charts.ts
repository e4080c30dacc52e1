import { integer, lineChart, linearAxis, type Look } from '#load';
import type { Point } from '../measure/sampler.js';
import type { SoakResult } from '../result.js';
import { amount } from './format.js';

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly summary: string;
  /** Names of the series. */
  readonly names: readonly string[];
}

const MINUTE_MS = 60_000;
/** More are not seen on a page. */
const MOST_POINTS = 400;
const LOOKS: readonly Look[] = [
  { colour: 'series-1' },
  { colour: 'series-2', dash: '8 4' },
  { colour: 'series-3', dash: '2 4' },
  { colour: 'series-4', dash: '10 3 2 3' },
];
const SERVICES = ['api 1', 'api 2', 'worker 1', 'worker 2'];
const ofServices = (what: string) => SERVICES.map((service) => `${service} ${what}`);

const CHARTS: readonly Chart[] = [
  {
    id: 'memory',
    title: 'Resident memory',
    unit: 'MB',
    summary: 'Faults end the second of each kind, which then begins anew.',
    names: ofServices('memory'),
  },
  {
    id: 'heap',
    title: 'Heap in use',
    unit: 'MB',
    summary: 'Between two collections it rises; the level to which it falls is what counts.',
    names: ofServices('heap'),
  },
  {
    id: 'handles',
    title: 'Open files and sockets',
    unit: '',
    summary: 'Connections of buyers and watchers, of PostgreSQL and Redis.',
    names: ofServices('handles'),
  },
  {
    id: 'connections',
    title: 'Connections of the stores',
    unit: '',
    summary: 'As PostgreSQL and Redis count them.',
    names: ['PostgreSQL connections', 'Redis clients'],
  },
  {
    id: 'work',
    title: 'What waits in the database',
    unit: '',
    summary: 'Events for the shop, payments the gateway is to be asked about, orders that wait for payment.',
    names: ['events for the shop', 'payments due', 'reservations', 'dead letters'],
  },
  {
    id: 'redis',
    title: 'Keys in Redis',
    unit: '',
    summary: 'Locks and rate limits; all of them end by themselves.',
    names: ['Redis keys'],
  },
];

/** A chart of each kind of figure, and of bytes against orders. */
export function charts(result: SoakResult): string[] {
  return [...CHARTS.map((chart) => chartOf(chart, result)), bytesChart(result)].filter((html) => html !== '');
}

function chartOf({ id, title, unit, summary, names }: Chart, { series, elapsedMs }: SoakResult): string {
  const shown = names.flatMap((name, index) => {
    const points = thinned(series[name] ?? []);
    const look = LOOKS[index % LOOKS.length] ?? { colour: 'series-1' };
    return points.length === 0 ? [] : [{ name, look, points: points.map(inMinutes), style: 'line' as const }];
  });
  if (shown.length === 0) return '';
  const max = Math.max(1, ...shown.flatMap(({ points }) => points.map(([, value]) => value)));
  return lineChart({
    ...{ id, title, summary },
    x: linearAxis('minutes after the start', { max: elapsedMs / MINUTE_MS, count: 8, text: integer }),
    y: linearAxis(unit === '' ? 'how many' : unit, { max, text: integer }),
    series: shown.map((one) => ({ ...one, markers: [] })),
    describePoint: (name, x, y) => `${name}: ${amount(y, unit)} after ${integer(x)} min`,
  });
}

function bytesChart({ series }: SoakResult): string {
  const bytes = new Map(series['size of the record'] ?? []);
  const points = thinned(series.orders ?? []).flatMap(([atMs, orders]) => {
    const total = bytes.get(atMs);
    return total === undefined ? [] : [[orders, total / 1024 / 1024] as const];
  });
  const [lastOrders = 0, lastMb = 0] = points.at(-1) ?? [];
  if (lastOrders === 0) return '';
  return lineChart({
    id: 'bytes',
    title: 'Size of the record against the number of orders',
    summary: 'A straight line: each order costs the same, with its lines, movements, payments and keys.',
    x: linearAxis('orders', { max: lastOrders, text: integer }),
    y: linearAxis('MB', { max: Math.max(1, lastMb), text: integer }),
    series: [{ name: 'record', look: { colour: 'series-1' }, points, style: 'line', markers: [] }],
    describePoint: (name, x, y) => `${name}: ${amount(y, 'MB')} at ${integer(x)} orders`,
  });
}

function thinned(points: readonly Point[]): readonly Point[] {
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

function inMinutes([atMs, value]: Point): readonly [number, number] {
  return [atMs / MINUTE_MS, value];
}

import type { Sample } from '../checker/evidence.js';
import { dataTable } from '../page/data-table.js';
import { lineChart, type Series } from '../page/line-chart.js';
import { folded } from '../page/page.js';
import { linearAxis, timeAxis } from '../page/scale.js';
import type { RunResult } from '../run/result.js';
import { duration, integer, plural } from './format.js';

const TABLE_ROWS = 12;

type Curve = [x: number, y: number][];

/** What was left against time: by what buyers were told, by the ledger, and by the service's own books. */
export function stockChart(result: RunResult): string {
  const { counts, timing } = result;
  const endMs = timing.elapsedMs;
  const curves = {
    told: leftByAnswers(result, endMs),
    ledger: leftByLedger(result, endMs),
    books: leftByBooks(result.samples, endMs),
  };
  const all = Object.values(curves).flatMap((points) => points.map(([, units]) => units));
  const oversold = counts.unitsAccepted - counts.unitsReceived;
  const chart = lineChart({
    id: 'stock',
    title: 'Units left against time',
    summary: summaryOf(result, curves),
    x: timeAxis(endMs),
    y: linearAxis('units left', {
      min: Math.min(0, ...all),
      max: Math.max(counts.unitsReceived, 1, ...all),
      text: integer,
    }),
    series: seriesOf(curves),
    describePoint: (name, x, y) => `${name}: ${plural(y, 'unit')} at ${duration(x)}`,
    ...(oversold > 0
      ? { mark: { value: 0, text: `nothing is left: ${plural(oversold, 'unit')} oversold` } }
      : {}),
  });
  return chart + folded('Stock against time as a table', stockTable(curves, endMs));
}

interface Curves {
  readonly told: Curve;
  /** Empty where the database could not be read. */
  readonly ledger: Curve;
  readonly books: Curve;
}

function seriesOf({ told, ledger, books }: Curves): Series[] {
  return [
    {
      name: 'by what buyers were told',
      look: { colour: 'series-1' },
      points: told,
      style: 'step',
      filled: true,
    },
    {
      name: 'by the ledger',
      look: { colour: 'series-4', dash: '6 4', bold: true },
      points: ledger,
      style: 'step',
    },
    {
      name: "by the service's books, when asked",
      look: { colour: 'ink', marker: 'diamond' },
      points: books,
      style: 'points',
    },
  ];
}

function leftByAnswers({ counts, series, bucketMs }: RunResult, endMs: number): Curve {
  let left = counts.unitsReceived;
  const points: Curve = [[0, left]];
  for (const { atMs, acceptedUnits } of series) {
    if (acceptedUnits === 0) continue;
    left -= acceptedUnits;
    points.push([Math.min(atMs + bucketMs, endMs), left]);
  }
  return [...points, [endMs, left]];
}

/** What was received, less what the movements until then reserve or sell. */
function leftByLedger({ ledger, counts }: RunResult, endMs: number): Curve {
  const points = ledger.map(({ atMs, reserved, sold }): [number, number] => [
    Math.min(Math.max(0, atMs), endMs),
    counts.unitsReceived - reserved - sold,
  ]);
  const last = points.at(-1);
  return last ? [[0, counts.unitsReceived], ...points, [endMs, last[1]]] : [];
}

/** The last one, which comes when all is quiet, stands at the end. */
function leftByBooks(samples: readonly Sample[], endMs: number): Curve {
  return samples
    .filter(({ atMs }, index) => atMs <= endMs || index === samples.length - 1)
    .map(({ atMs, items }) => [
      Math.min(Math.max(0, atMs), endMs),
      items.reduce((sum, { available }) => sum + available, 0),
    ]);
}

function summaryOf({ counts }: RunResult, { told, ledger, books }: Curves): string {
  const at = (curve: Curve) => curve.at(-1)?.[1];
  const ends = [
    `${integer(at(told) ?? 0)} by what buyers were told`,
    ...(ledger.length === 0 ? [] : [`${integer(at(ledger) ?? 0)} by the sum of the ledger's movements`]),
    ...(books.length === 0 ? [] : [`${integer(at(books) ?? 0)} by the service's books`]),
  ];
  const when =
    ledger.length === 0
      ? ''
      : ' A movement carries the moment its transaction began, an answer the moment it arrived.';
  return `Of ${plural(counts.unitsReceived, 'unit')}, at the end there were left: ${ends.join(', ')}.${when}`;
}

function stockTable({ told, ledger, books }: Curves, endMs: number): string {
  const moments = Array.from({ length: TABLE_ROWS }, (_, index) => (endMs * index) / (TABLE_ROWS - 1));
  const rows = moments.map((moment) => [
    duration(moment),
    ...[told, ledger, books].map((curve) => {
      const units = valueAt(curve, moment);
      return units === undefined ? '–' : integer(units);
    }),
  ]);
  return dataTable({
    caption:
      'Units left after a time: by what buyers were told, by the ledger, by the last answer of the books',
    head: ['after', 'told', 'ledger', 'books'],
    rows,
  });
}

function valueAt(curve: Curve, moment: number): number | undefined {
  return curve.findLast(([x]) => x <= moment)?.[1];
}

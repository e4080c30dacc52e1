import { integer, milliseconds, plural } from '#load';
import { figureText } from '../../shared/targets.js';
import { textTable } from '../../shared/text-table.js';
import { BARE, CONTESTANTS, OURS, type ContestantName } from '../contestants/roster.js';
import { cellsOf, circumstancesOf, type Cell, type FigureName } from '../measure/cell.js';
import type { BenchOptions } from '../options.js';
import type { Results } from '../results.js';

const SHOWN_ERROR = 80;

interface Column {
  readonly title: string;
  readonly text: (results: Results, cell: Cell) => string;
}

const COLUMNS: Readonly<Record<Cell['measurement'], readonly Column[]>> = {
  uncontended: [
    { title: 'pairs/s', text: (results, cell) => figure(results, cell, 'perSecond', integer) },
    spread('perSecond', integer),
    { title: 'to bare', text: (results, cell) => ratioTo(BARE, results, cell) },
    { title: 'commands', text: (results, cell) => figure(results, cell, 'commandsEach', figureText) },
  ],
  contended: [
    { title: 'acquired/s', text: (results, cell) => figure(results, cell, 'perSecond', integer) },
    spread('perSecond', integer),
    { title: 'to ours', text: (results, cell) => ratioTo(OURS, results, cell) },
    { title: 'commands', text: (results, cell) => figure(results, cell, 'commandsEach', figureText) },
    { title: 'p50 ms', text: (results, cell) => figure(results, cell, 'waitP50Ms', milliseconds) },
    { title: 'p99 ms', text: (results, cell) => figure(results, cell, 'waitP99Ms', milliseconds) },
    { title: 'longest ms', text: (results, cell) => figure(results, cell, 'waitLongestMs', milliseconds) },
    { title: 'to mean', text: (results, cell) => figure(results, cell, 'longestToMean', figureText) },
    { title: 'busy', text: (results, cell) => figure(results, cell, 'busyShare', percent) },
    { title: 'again', text: (results, cell) => figure(results, cell, 'againShare', percent) },
    { title: 'overlaps', text: (results, cell) => worst(results, cell, 'overlaps') },
  ],
  'hand-over': [
    { title: 'median ms', text: (results, cell) => figure(results, cell, 'handOverMs', milliseconds) },
    spread('handOverMs', milliseconds),
    { title: 'p99 ms', text: (results, cell) => figure(results, cell, 'handOverP99Ms', milliseconds) },
    { title: 'round trip ms', text: (results, cell) => figure(results, cell, 'roundTripMs', milliseconds) },
    { title: 'round trips', text: (results, cell) => figure(results, cell, 'roundTrips', figureText) },
  ],
  held: [
    { title: 'commands/s', text: (results, cell) => figure(results, cell, 'commandsPerSecond', integer) },
    { title: 'heap B/lock', text: (results, cell) => figure(results, cell, 'heapBytesEach', integer) },
    {
      title: 'resident B/lock',
      text: (results, cell) => figure(results, cell, 'residentBytesEach', integer),
    },
    { title: 'Redis B/lock', text: (results, cell) => figure(results, cell, 'storeBytesEach', integer) },
  ],
};

/** One table for each circumstance, with a row for each contestant; figures are medians over the rounds. */
export function tablesOf(results: Results, { heldLocks }: Pick<BenchOptions, 'heldLocks'>): string {
  const cells = CONTESTANTS.flatMap((name) => cellsOf(name, heldLocks)).filter((cell) => results.has(cell));
  const groups = new Map<string, Cell[]>();
  for (const cell of inOrder(cells)) {
    const title = circumstancesOf(cell);
    groups.set(title, [...(groups.get(title) ?? []), cell]);
  }
  return [...groups].map(([title, group]) => tableOf(title, group, results)).join('\n\n');
}

function tableOf(title: string, cells: readonly Cell[], results: Results): string {
  const columns = COLUMNS[cells[0]?.measurement ?? 'uncontended'];
  const rows = cells.map((cell) => {
    const { count, first } = results.errors(cell);
    const errors =
      count === 0
        ? ''
        : `${plural(count, 'error')}: ${(first ?? '').split('\n')[0]?.slice(0, SHOWN_ERROR) ?? ''}`;
    return [cell.contestant, ...columns.map(({ text }) => text(results, cell)), errors];
  });
  const header = ['', ...columns.map((column) => column.title), ''];
  return `${title}\n${textTable([header, ...rows], [0, header.length - 1])}`;
}

/** By measurement, then by size and processes, ours first. */
function inOrder(cells: readonly Cell[]): Cell[] {
  const order = Object.keys(COLUMNS);
  return [...cells].sort(
    (a, b) =>
      order.indexOf(a.measurement) - order.indexOf(b.measurement) ||
      a.processes - b.processes ||
      a.size - b.size,
  );
}

function figure(results: Results, cell: Cell, name: FigureName, format: (value: number) => string): string {
  const summary = results.figure(cell, name);
  return summary ? format(summary.median) : '–';
}

function worst(results: Results, cell: Cell, name: FigureName): string {
  const summary = results.figure(cell, name);
  return summary ? integer(summary.max) : '–';
}

function spread(name: FigureName, format: (value: number) => string): Column {
  return {
    title: 'spread',
    text: (results, cell) => {
      const summary = results.figure(cell, name);
      return summary ? `${format(summary.min)}–${format(summary.max)}` : '–';
    },
  };
}

function ratioTo(contestant: ContestantName, results: Results, cell: Cell): string {
  const ratio = results.ratio(cell, { ...cell, contestant }, 'perSecond');
  return ratio ? figureText(ratio.median) : '–';
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

import {
  badge,
  code,
  conditionsTable,
  dataTable,
  escapeHtml,
  htmlPage,
  integer,
  milliseconds,
  note,
  plural,
  section,
  tiles,
  warning,
} from '#load';
import { figureText, markOf, wantedText, type Target } from '../../shared/targets.js';
import { cellOf, describeCell } from '../cell.js';
import { BATCHED, PER_ORDER } from '../contestants.js';
import { PARTS, type PartName } from '../parts.js';
import type { RunRecord } from '../run-record.js';
import { batchChart, latencyChart, throughputCharts } from './charts.js';
import { partTables } from './part-tables.js';
import { shareChart } from './part-charts.js';
import { processorChart } from './processor-chart.js';
import { shareOfCeiling } from './share.js';
import { overConnectionsTable, sideBySide } from './strategy-tables.js';
import { tablesOf } from './table.js';

const COST_NOTE =
  'CPU is processor seconds per 1,000 of the counted answers; WAL B and commits are bytes of write-ahead log and ' +
  'transactions an order; peak MB is the resident memory of the API processes.';

/** The report: one file that needs no network, for the screen by day and night and for paper. */
export function reportPage(record: RunRecord): string {
  const { results, options, measuredAt, machine } = record;
  const failed = results.failures().length > 0;
  return htmlPage(
    'Holdfast benchmark',
    {
      kind: 'Holdfast benchmark',
      claim: failed ? ['The books do not balance'] : claimOf(record),
      good: !failed,
      lead: machine,
      at: measuredAt,
      note: `${plural(options.rounds, 'round')} of ${options.seconds} s a cell, medians with their spread`,
    },
    [
      tilesOf(record),
      failuresOf(record),
      ...(options.parts.includes('concurrency') ? hotItem(record) : []),
      section('What an order costs', processorChart(results, options.crowd)),
      section('What was to be reached', targetTable(record.targets)),
      ...options.parts
        .filter((part) => part !== 'concurrency')
        .map((part) => section(titleOf(part), shareChart(results, part, options))),
      section('Every figure', ...everyFigure(record)),
      section('Conditions', conditions(record)),
    ],
  );
}

/** What a reader came for, if it was measured. */
function claimOf({ results, options }: RunRecord): string[] {
  const cell = cellOf(BATCHED, 'hot-item', options.crowd);
  const share = shareOfCeiling(results, cell)?.median;
  const factor = results.ratio(cell, cellOf(PER_ORDER, 'hot-item', options.crowd), 'perSecond')?.median;
  const claims = [
    ...(share === undefined ? [] : [`${share.toFixed(2)} of the ceiling`]),
    ...(factor === undefined ? [] : [`${factor.toFixed(1)} × one lock for each order`]),
  ];
  return claims.length === 0 ? ['Every book balances'] : [`Batched: ${claims[0] ?? ''}`, ...claims.slice(1)];
}

function tilesOf({ results, options, targets }: RunRecord): string {
  const batched = cellOf(BATCHED, 'hot-item', options.crowd);
  const rate = results.figure(batched, 'perSecond');
  const p99 = results.figure(batched, 'acceptedP99Ms');
  const bound = targets.filter(({ met }) => met !== undefined);
  const at = `${integer(options.crowd)} connections`;
  return tiles([
    ...(rate ? [{ name: 'Batched, orders a second', value: integer(rate.median), note: at }] : []),
    ...(p99 ? [{ name: 'Batched, p99', value: `${milliseconds(p99.median)} ms`, note: at }] : []),
    ...(bound.length === 0
      ? []
      : [
          {
            name: 'Targets met',
            value: `${bound.filter(({ met }) => met).length} of ${bound.length}`,
            note: 'each is named below',
          },
        ]),
    {
      name: 'Books that balance',
      value: booksOf(results.all.length, results.failures().length),
      note: 'cells of all rounds',
    },
  ]);
}

function booksOf(all: number, failed: number): string {
  return `${integer(all - failed)} of ${integer(all)}`;
}

function failuresOf({ results }: RunRecord): string {
  const lines = results
    .failures()
    .flatMap(({ measured, lines: all }) =>
      all.map((line) => `${describeCell(measured.cell)}, round ${measured.round}: ${line}`),
    );
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  return warning('These figures count for nothing until this is explained.', `<ul>${items}</ul>`);
}

/** The part that everyone looks at. */
function hotItem({ results, options }: RunRecord): string[] {
  const { connections, crowd } = options;
  const rates = { caption: 'Orders accepted a second', figure: 'perSecond', text: integer } as const;
  const waits = {
    caption: 'p99 of accepted orders, ms',
    figure: 'acceptedP99Ms',
    text: milliseconds,
  } as const;
  return [
    section(
      'One hot item: orders a second',
      throughputCharts(results, connections),
      overConnectionsTable(results, connections, rates),
    ),
    section(
      'Strategies side by side',
      shareChart(results, 'concurrency', options),
      sideBySide(results, crowd),
    ),
    section(
      'How long the slowest percent waits',
      latencyChart(results, connections),
      overConnectionsTable(results, connections, waits),
    ),
    section('How many orders share a transaction', batchChart(results, connections)),
  ];
}

function titleOf(part: PartName): string {
  const about = PARTS[part];
  return `${about.charAt(0).toUpperCase()}${about.slice(1)}`;
}

function targetTable(targets: readonly Target[]): string {
  const measured = targets.flatMap(({ measured: value, ...rest }) =>
    value === undefined ? [] : [{ value, ...rest }],
  );
  if (measured.length === 0) return '';
  return dataTable({
    caption: `What the default strategy is to reach; ${targets.length - measured.length} of ${targets.length} were not measured`,
    head: ['what', 'verdict', 'measured', 'target'],
    rows: measured.map(({ what, wanted, value, met }) => [
      what,
      met === undefined ? 'reported' : badge(markOf(met), met ? 'good' : 'bad'),
      figureText(value),
      wanted === 'reported' ? '–' : wantedText(wanted),
    ]),
    words: [1],
  });
}

function everyFigure({ results, options }: RunRecord): string[] {
  const tables = tablesOf(results, options);
  return tables.length === 0 ? [] : [note(COST_NOTE), ...tables.map(partTables)];
}

function conditions({ machine, versions, command, seed, options, notes }: RunRecord): string {
  return conditionsTable([
    ['Command', code(command)],
    ['Seed', String(seed)],
    ['Machine', machine],
    [
      'Versions',
      Object.entries(versions)
        .map((one) => one.join(' '))
        .join(', '),
    ],
    [
      'Window',
      `${options.seconds} s a cell, ${plural(options.rounds, 'round')}, ${integer(options.crowd)} connections unless said`,
    ],
    ...notes.map((text): [string, string] => ['Note', text]),
  ]);
}

import { integer, milliseconds, percent } from '#load';
import { figureText } from '../../shared/targets.js';
import { textTable } from '../../shared/text-table.js';
import { nameOf, type Cell } from '../cell.js';
import type { FigureName } from '../finding.js';
import { cellsOfPart, PARTS, type Choice, type PartName } from '../parts.js';
import type { OrderResults } from '../results.js';
import { shareOfCeiling } from './share.js';

interface Column {
  readonly title: string;
  /** Whether it is about what an order costs, and not about how it is served. */
  readonly cost?: true;
  readonly text: (results: OrderResults, cell: Cell) => string;
}

const LATENCY: readonly Column[] = (['P50', 'P90', 'P99', 'Max'] as const).map((which) => ({
  title: `${which.toLowerCase()} ms`,
  text: (results, cell) => median(results, cell, latencyOf(cell, which), milliseconds),
}));

/** The columns of every part, of which a table leaves out those that say nothing. */
const COLUMNS: readonly Column[] = [
  { title: 'a second', text: (results, cell) => median(results, cell, 'perSecond', integer) },
  { title: 'spread', text: (results, cell) => spread(results, cell, 'perSecond') },
  { title: 'of ceiling', text: (results, cell) => shareText(results, cell) },
  ...LATENCY,
  { title: 'refused p50', text: (results, cell) => refusedText(results, cell, 'refusedP50Ms') },
  { title: 'p99', text: (results, cell) => refusedText(results, cell, 'refusedP99Ms') },
  { title: 'others/s', text: (results, cell) => nonZero(results, cell, 'othersPerSecond', integer) },
  { title: 'batch', cost: true, text: (results, cell) => median(results, cell, 'batchOrders', figureText) },
  {
    title: 'lock wait ms',
    cost: true,
    text: (results, cell) => median(results, cell, 'lockWaitMs', milliseconds),
  },
  { title: 'CPU api', cost: true, text: (results, cell) => median(results, cell, 'apiCpuSec', figureText) },
  { title: 'pg', cost: true, text: (results, cell) => median(results, cell, 'postgresCpuSec', figureText) },
  { title: 'redis', cost: true, text: (results, cell) => median(results, cell, 'redisCpuSec', figureText) },
  {
    title: 'load',
    cost: true,
    text: (results, cell) => median(results, cell, 'generatorCpuSec', figureText),
  },
  { title: 'peak MB', cost: true, text: (results, cell) => median(results, cell, 'apiPeakMb', integer) },
  { title: 'WAL B', cost: true, text: (results, cell) => median(results, cell, 'walBytes', integer) },
  { title: 'commits', cost: true, text: (results, cell) => median(results, cell, 'commits', thousandths) },
];
/** From here on the generator, and not the service, may have decided the figures. */
const BUSY = 0.9;
/** Contestant and connections. */
const NAMING_COLUMNS = 2;
const NOTHING = new Set(['', '–']);

/** A part's table: texts, with the medians over the rounds; the first column and the last are words. */
export interface PartTable {
  readonly part: PartName;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The columns of what an order costs, from 0. */
  readonly costs: readonly number[];
}

/** A table for each part, with a row for each cell that was measured. */
export function tablesOf(results: OrderResults, choice: Choice): PartTable[] {
  return choice.parts
    .map((part) => ({ part, cells: cellsOfPart(part, choice).filter((cell) => results.has(cell)) }))
    .filter(({ cells }) => cells.length > 0)
    .map(({ part, cells }) => tableOf(part, cells, results));
}

/** The same for the console. */
export function printedTables(results: OrderResults, choice: Choice): string {
  return tablesOf(results, choice)
    .map(({ part, header, rows }) => {
      const table = textTable([header, ...rows], [0, header.length - 1]);
      return `${part}: ${PARTS[part]}\n${table}`;
    })
    .join('\n\n');
}

function tableOf(part: PartName, cells: readonly Cell[], results: OrderResults): PartTable {
  const columns = COLUMNS.map(({ title, cost, text }) => ({
    title,
    cost,
    texts: cells.map((cell) => text(results, cell)),
  }));
  const shown = columns.filter(({ texts }) => texts.some((text) => !NOTHING.has(text)));
  const rows = cells.map((cell, row) => [
    rowName(cell),
    integer(cell.connections),
    ...shown.map(({ texts }) => texts[row] ?? ''),
    remarksOf(results, cell),
  ]);
  const costs = shown.flatMap(({ cost }, index) => (cost ? [NAMING_COLUMNS + index] : []));
  return { part, header: ['', 'connections', ...shown.map(({ title }) => title), ''], rows, costs };
}

/** The sale's page is asked for in two ways of the same contestant. */
function rowName(cell: Cell): string {
  return cell.workload.startsWith('sale-page') ? `${nameOf(cell)}, ${cell.workload}` : nameOf(cell);
}

function shareText(results: OrderResults, cell: Cell): string {
  const share = shareOfCeiling(results, cell);
  return share ? figureText(share.median) : '–';
}

/** What the workload is about is a refusal where everything is sold out. */
function latencyOf(cell: Cell, which: 'P50' | 'P90' | 'P99' | 'Max'): FigureName {
  const refused = cell.workload === 'sold-out';
  return `${refused ? 'refused' : 'accepted'}${which}Ms`;
}

/** A batch of 500 orders has one commit. */
function thousandths(value: number): string {
  return value.toFixed(3);
}

/** Where refusals are not what the workload is about. */
function refusedText(results: OrderResults, cell: Cell, name: FigureName): string {
  return cell.workload === 'sold-out' ? '' : median(results, cell, name, milliseconds);
}

/** Answers by status and code where there is more than one kind, and what else is to be known, over all rounds. */
function remarksOf(results: OrderResults, cell: Cell): string {
  const findings = results.findings(cell);
  const kinds = addedUp(findings.map(({ counts }) => counts));
  const remarks = addedUp(findings.map((finding) => finding.remarks));
  const busy = results.figure(cell, 'generatorBusyShare')?.median ?? 0;
  return [
    ...(findings.some(({ broken }) => broken.length > 0) ? ['BROKEN'] : []),
    ...(findings.some(({ error }) => error !== undefined) ? ['NOT MEASURED in every round'] : []),
    ...(busy >= BUSY ? [`the generator was busy ${percent(busy)} of the time`] : []),
    ...(kinds.length > 1 ? kinds : []),
    ...remarks,
  ].join(', ');
}

/** Such as `201 × 4,000`, the most frequent first. */
function addedUp(all: readonly Readonly<Record<string, number>>[]): string[] {
  const sums = new Map<string, number>();
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} × ${integer(count)}`);
}

function median(
  results: OrderResults,
  cell: Cell,
  name: FigureName,
  format: (value: number) => string,
): string {
  const summary = results.figure(cell, name);
  return summary ? format(summary.median) : '–';
}

function nonZero(
  results: OrderResults,
  cell: Cell,
  name: FigureName,
  format: (value: number) => string,
): string {
  return results.figure(cell, name)?.max === 0 ? '' : median(results, cell, name, format);
}

function spread(results: OrderResults, cell: Cell, name: FigureName): string {
  const summary = results.figure(cell, name);
  if (!summary || summary.min === summary.max) return '';
  return `${integer(summary.min)}–${integer(summary.max)}`;
}

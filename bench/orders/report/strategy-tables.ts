import { dataTable, integer, milliseconds } from '#load';
import { figureText } from '../../shared/targets.js';
import { cellOf } from '../cell.js';
import { CONTESTANT_NAMES } from '../contestants.js';
import type { FigureName } from '../finding.js';
import type { OrderResults } from '../results.js';
import { shareOfCeiling } from './share.js';

const PROCESSOR = ['apiCpuSec', 'postgresCpuSec', 'redisCpuSec'] as const satisfies FigureName[];

/** Every strategy with what is asked of it first, on the hot item; nothing where that was not measured. */
export function sideBySide(results: OrderResults, crowd: number): string {
  const rows = measuredOn(results, [crowd]).map((name) => {
    const cell = cellOf(name, 'hot-item', crowd);
    const median = (figure: FigureName) => results.figure(cell, figure)?.median;
    const costs = PROCESSOR.map(median).filter((cost) => cost !== undefined);
    return [
      name,
      textOf(median('perSecond'), integer),
      textOf(shareOfCeiling(results, cell)?.median, figureText),
      textOf(median('acceptedP50Ms'), milliseconds),
      textOf(median('acceptedP99Ms'), milliseconds),
      costs.length === 0 ? '–' : figureText(costs.reduce((sum, cost) => sum + cost, 0)),
    ];
  });
  if (rows.length === 0) return '';
  return dataTable({
    caption: `One hot item, ${integer(crowd)} connections; processor seconds of API, PostgreSQL and Redis together`,
    head: ['strategy', 'orders/s', 'of the ceiling', 'p50, ms', 'p99, ms', 'CPU s per 1,000 orders'],
    rows,
  });
}

/** A figure of every strategy at each concurrency: the table behind a picture. */
export function overConnectionsTable(
  results: OrderResults,
  connections: readonly number[],
  { caption, figure, text }: { caption: string; figure: FigureName; text: (value: number) => string },
): string {
  const rows = measuredOn(results, connections).map((name) => [
    name,
    ...connections.map((count) =>
      textOf(results.figure(cellOf(name, 'hot-item', count), figure)?.median, text),
    ),
  ]);
  return rows.length === 0
    ? ''
    : dataTable({ caption, head: ['connections', ...connections.map(integer)], rows });
}

function measuredOn(results: OrderResults, connections: readonly number[]): string[] {
  return CONTESTANT_NAMES.filter((name) =>
    connections.some((count) => results.has(cellOf(name, 'hot-item', count))),
  );
}

function textOf(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '–' : text(value);
}

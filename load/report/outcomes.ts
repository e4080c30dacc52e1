import { code, dataTable, type Cell } from '../page/data-table.js';
import type { RunResult } from '../run/result.js';
import { integer, share } from './format.js';

type Row = readonly [what: string, code: Cell, count: number];

/** What became of every order, by code; and what was asked besides. */
export function outcomeTables({ counts }: RunResult): string {
  const { offered, accepted, refused, undecided, neverSent } = counts;
  const orders: Row[] = [
    ['accepted', code('201'), accepted],
    ...byCode('refused', refused),
    ...byCode('without a definite answer', undecided),
    ['planned and not sent', '', neverSent],
  ];
  const others: Row[] = [
    ['reads of the sale', '', counts.reads],
    ['reads that failed', '', counts.failedReads],
    ['orders sent again before their answer', '', counts.resent],
    ['accepted orders sent once more at the end', '', counts.replayed],
  ];
  const happened = ([what, , count]: Row) => count > 0 || what === 'accepted';
  return dataTable({
    caption: `Orders by outcome and code; ${integer(offered)} were offered`,
    head: ['outcome', 'code', 'count', 'share'],
    rows: [
      ...orders
        .filter(happened)
        .map(([what, name, count]) => [what, name, integer(count), share(count, offered)]),
      ...others.filter((row) => row[2] > 0).map(([what, name, count]) => [what, name, integer(count), '']),
    ],
    words: [1],
  });
}

function byCode(what: string, counts: Readonly<Record<string, number>>): Row[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => [what, code(name), count]);
}

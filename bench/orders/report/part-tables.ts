import { dataTable } from '#load';
import type { PartTable } from './table.js';

/** A part's table as two that fit a page: how orders are served, and what they cost. */
export function partTables({ part, header, rows, costs }: PartTable): string {
  const all = header.map((_title, column) => column);
  const remarks = all.length - 1;
  const named = all.slice(0, 2);
  const served = all.filter((column) => column !== remarks && !costs.includes(column));
  const hasRemarks = rows.some((row) => row[remarks] !== '');
  const table = (caption: string, columns: readonly number[]) =>
    dataTable({
      caption: `${part}: ${caption}`,
      head: columns.map((column) => headOf(header, column, remarks)),
      rows: rows.map((row) => columns.map((column) => row[column] ?? '')),
      words: [columns.indexOf(remarks)],
    });
  return (
    table('rates and latencies', hasRemarks ? [...served, remarks] : served) +
    (costs.length === 0 ? '' : table('what an order costs', [...named, ...costs]))
  );
}

function headOf(header: readonly string[], column: number, remarks: number): string {
  return column === remarks ? 'remarks' : (header[column] ?? '');
}

import { Results } from '../shared/results.js';
import type { Measured } from '../shared/results.js';
import { keyOf, type Cell } from './cell.js';
import type { FigureName, Finding } from './finding.js';

export type MeasuredCell = Measured<Cell, Finding>;

export class OrderResults extends Results<Cell, FigureName, Finding> {
  constructor(all: readonly MeasuredCell[]) {
    super(all, keyOf);
  }

  /** What was acknowledged and is not borne out by the record, and what could not be measured at all. */
  failures(): { readonly measured: MeasuredCell; readonly lines: readonly string[] }[] {
    return this.all
      .map((measured) => ({ measured, lines: [...measured.finding.broken, ...errorsOf(measured.finding)] }))
      .filter(({ lines }) => lines.length > 0);
  }
}

function errorsOf({ error }: Finding): string[] {
  return error === undefined ? [] : [`not measured: ${error}`];
}

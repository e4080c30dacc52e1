import type { Summary } from '#load';
import { ceilingOf, type Cell } from '../cell.js';
import type { OrderResults } from '../results.js';

/** Of its ceiling, round by round; undefined for what has none, or where one of the two was not measured. */
export function shareOfCeiling(results: OrderResults, cell: Cell): Summary | undefined {
  const ceiling = ceilingOf(cell);
  return ceiling && results.ratio(cell, ceiling, 'perSecond');
}

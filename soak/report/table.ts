import { countsByCode, duration, integer, invariantCount } from '#load';
import { failuresOf, type SoakResult } from '../result.js';
import { amount, change, verdictOf, verdictOfCost } from './format.js';

const COLUMNS = [24, 14, 14, 18];

/** What is printed at the end. */
export function resultTable(result: SoakResult): string {
  const { growths, costOfAnOrder, visits, orders, faults, verdicts, files, elapsedMs } = result;
  const failures = failuresOf(result);
  return [
    row(['measure', 'third quarter', 'last quarter', 'change an hour', '']),
    ...growths.map((growth) => {
      const { name, unit, before, after, perHour } = growth;
      return row([name, amount(before, unit), amount(after, unit), change(perHour, unit), verdictOf(growth)]);
    }),
    '',
    `${costOfAnOrder.name}: ${costOfAnOrder.quarters.map((value) => amount(value, 'bytes')).join(', ')} by quarter: ${verdictOfCost(costOfAnOrder)}`,
    `${integer(visits.begun)} visits, ${integer(orders)} orders, ${integer(result.events)} events, ${integer(result.streams)} streams in ${duration(elapsedMs)}`,
    `faults: ${countsByCode(countFaults(result)) || 'none'}${faults.length === 0 ? '' : `; ${faults.length} in all`}`,
    invariantCount(verdicts),
    `data    ${files.json}`,
    `report  ${files.html}`,
    '',
    failures.length === 0
      ? 'PASSED: nothing grows, and every promise was kept.'
      : `FAILED: ${failures.join('; ')}`,
  ].join('\n');
}

/** How often each. */
export function countFaults({ faults }: SoakResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of faults) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0] ?? 0) : cell.padStart(COLUMNS[index] ?? 0)))
    .join('  ')
    .trimEnd();
}

import { Results as AnyResults, type Measured as MeasuredCell } from '../shared/results.js';
import type { Cell, FigureName, Finding } from './measure/cell.js';

export type Measured = MeasuredCell<Cell, Finding>;

export class Results extends AnyResults<Cell, FigureName, Finding> {
  constructor(all: readonly Measured[]) {
    super(all, keyOf);
  }

  /** Errors of all rounds, with the first of them. */
  errors(cell: Cell): { count: number; first: string | undefined } {
    const findings = this.findings(cell);
    return {
      count: findings.reduce((sum, { errors }) => sum + errors, 0),
      first: findings.find(({ firstError }) => firstError !== undefined)?.firstError,
    };
  }
}

function keyOf({ measurement, contestant, size, processes }: Cell): string {
  return [measurement, contestant, size, processes].join(' ');
}

import type { Cell, FigureName, Finding } from './measure/cell.js';
import { summaryOf, type Summary } from './statistics.js';

/** One cell in one round. */
export interface Measured {
  readonly cell: Cell;
  /** From 1; what is measured once has round 0. */
  readonly round: number;
  readonly finding: Finding;
}

/** All that was measured, and how to look at it. */
export class Results {
  readonly all: readonly Measured[];

  constructor(all: readonly Measured[]) {
    this.all = all;
  }

  /** Over the rounds; undefined where it was not measured. */
  figure(cell: Cell, name: FigureName): Summary | undefined {
    const values = [...this.byRound(cell, name).values()];
    return values.length === 0 ? undefined : summaryOf(values);
  }

  /** Of one cell to another, round by round, so that what slows a whole round cancels out. */
  ratio(cell: Cell, other: Cell, name: FigureName): Summary | undefined {
    const others = this.byRound(other, name);
    const ratios = [...this.byRound(cell, name)].flatMap(([round, value]) => {
      const beside = others.get(round);
      return beside === undefined ? [] : [value / beside];
    });
    return ratios.length === 0 ? undefined : summaryOf(ratios);
  }

  /** Errors of all rounds, with the first of them. */
  errors(cell: Cell): { count: number; first: string | undefined } {
    const findings = this.of(cell).map(({ finding }) => finding);
    return {
      count: findings.reduce((sum, { errors }) => sum + errors, 0),
      first: findings.find(({ firstError }) => firstError !== undefined)?.firstError,
    };
  }

  has(cell: Cell): boolean {
    return this.of(cell).length > 0;
  }

  private byRound(cell: Cell, name: FigureName): Map<number, number> {
    const values = new Map<number, number>();
    for (const { round, finding } of this.of(cell)) {
      const value = finding.figures[name];
      if (value !== undefined && !Number.isNaN(value)) values.set(round, value);
    }
    return values;
  }

  private of(cell: Cell): Measured[] {
    const key = keyOf(cell);
    return this.all.filter((measured) => keyOf(measured.cell) === key);
  }
}

function keyOf({ measurement, contestant, size, processes }: Cell): string {
  return [measurement, contestant, size, processes].join(' ');
}

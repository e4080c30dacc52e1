import { summaryOf, type Summary } from '#load';

/** One cell in one round. */
export interface Measured<Cell, Finding> {
  readonly cell: Cell;
  /** From 1; what is measured once has round 0. */
  readonly round: number;
  readonly finding: Finding;
}

interface WithFigures<FigureName extends string> {
  readonly figures: Readonly<Partial<Record<FigureName, number>>>;
}

/** All that was measured, and how to look at it. */
export class Results<Cell, FigureName extends string, Finding extends WithFigures<FigureName>> {
  readonly all: readonly Measured<Cell, Finding>[];
  private readonly byKey = new Map<string, Measured<Cell, Finding>[]>();
  private readonly keyOf: (cell: Cell) => string;

  constructor(all: readonly Measured<Cell, Finding>[], keyOf: (cell: Cell) => string) {
    this.all = all;
    this.keyOf = keyOf;
    for (const measured of all) {
      const key = keyOf(measured.cell);
      this.byKey.set(key, [...(this.byKey.get(key) ?? []), measured]);
    }
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

  findings(cell: Cell): Finding[] {
    return this.of(cell).map(({ finding }) => finding);
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

  private of(cell: Cell): readonly Measured<Cell, Finding>[] {
    return this.byKey.get(this.keyOf(cell)) ?? [];
  }
}

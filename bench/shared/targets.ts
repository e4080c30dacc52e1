import { integer } from '#load';
import { textTable } from './text-table.js';

/** What a figure should be, and what it is. */
export interface Target {
  readonly what: string;
  readonly wanted: Wanted;
  /** Undefined: not measured. */
  readonly measured: number | undefined;
  /** Undefined: not measured, or reported alone. */
  readonly met: boolean | undefined;
}

export type Wanted =
  { readonly atLeast: number } | { readonly atMost: number } | { readonly below: number } | 'reported';

export function target(what: string, wanted: Wanted, measured: number | undefined): Target {
  return { what, wanted, measured, met: measured === undefined ? undefined : meets(wanted, measured) };
}

/** Every target with what was measured, and how many were met. */
export function targetTable(targets: readonly Target[]): string {
  const measured = targets.filter((one) => one.measured !== undefined);
  const rows = measured.map(({ what, wanted, measured: value = NaN, met }) => [
    markOf(met),
    figureText(value),
    wantedText(wanted),
    what,
  ]);
  const bound = measured.filter(({ met }) => met !== undefined);
  const rest = targets.length - rows.length;
  const summary =
    `${bound.filter(({ met }) => met).length} of ${bound.length} targets met` +
    (rest === 0 ? '' : `, ${rest} not measured`);
  return rows.length === 0
    ? summary
    : `${textTable([['', 'measured', 'target', ''], ...rows], [0, 3])}\n${summary}`;
}

export function markOf(met: boolean | undefined): string {
  if (met === undefined) return '–';
  return met ? '✓ met' : '✗ missed';
}

export function wantedText(wanted: Wanted): string {
  if (wanted === 'reported') return 'reported';
  if ('atLeast' in wanted) return `≥ ${wanted.atLeast}`;
  return 'atMost' in wanted ? `≤ ${wanted.atMost}` : `< ${wanted.below}`;
}

/** Two digits after the point, none for what is large. */
export function figureText(value: number): string {
  return value >= 100 ? integer(value) : value.toFixed(2);
}

function meets(wanted: Wanted, measured: number): boolean | undefined {
  if (wanted === 'reported') return undefined;
  if ('atLeast' in wanted) return measured >= wanted.atLeast;
  return 'atMost' in wanted ? measured <= wanted.atMost : measured < wanted.below;
}

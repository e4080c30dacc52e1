import { integer } from '#load';
import type { Growth, UnitCost } from '../measure/growth.js';

/** Such as `112.4 MB`, `31`. */
export function amount(value: number, unit: string): string {
  if (Number.isNaN(value)) return '–';
  const text = Math.abs(value) >= 100 || Number.isInteger(value) ? integer(value) : value.toFixed(1);
  return unit === '' ? text : `${text} ${unit}`;
}

/** With its sign. */
export function change(value: number, unit: string): string {
  return `${value > 0 ? '+' : ''}${amount(value, unit)}`;
}

export function verdictOf({ flat }: Growth): string {
  return flat === null ? 'not judged' : flat ? 'flat' : 'GROWS';
}

export function verdictOfCost({ constant }: UnitCost): string {
  return constant === null ? 'not judged' : constant ? 'constant' : 'GROWS';
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Such as `12,345`. */
export function integer(value: number): string {
  return WHOLE.format(value);
}

/** Milliseconds with three significant digits or so: `0.42`, `12.3`, `1,234`. */
export function milliseconds(ms: number): string {
  if (ms >= 100) return integer(ms);
  return ms.toFixed(ms >= 10 ? 1 : 2);
}

/** A duration in the unit that suits it: `420 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 1_000) return `${milliseconds(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A share as a percentage: `41 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A part of a whole as a percentage to a tenth: `90.0 %`; nothing of nothing. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part / whole) * 100).toFixed(1)} %`;
}

/** `1 unit`, `2 units`. */
export function plural(count: number, noun: string): string {
  return `${integer(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Codes by how often, such as `sold_out 900, rate_limited 3`. */
export function countsByCode(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${integer(count)}`)
    .join(', ');
}

/** The sum of the values. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

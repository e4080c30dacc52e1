/** Where a value lies on an axis, from 0 to 1, and what is written beside it. */
export interface Axis {
  readonly label: string;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  position(value: number): number;
}

/** Those that a percentile axis names. */
export const PERCENTILES: readonly number[] = [0, 50, 75, 90, 95, 99, 99.5, 99.9];

const STEPS = [1, 2, 5, 10];
const MAX_DECADES_WITH_STEPS = 3;

/** Round numbers from `min` to `max`, about `count` of them. */
export function linearAxis(
  label: string,
  {
    min = 0,
    max,
    count = 5,
    text,
  }: { min?: number; max: number; count?: number; text: (value: number) => string },
): Axis {
  const step = roundStep((max - min) / count);
  const low = Math.floor(min / step) * step;
  const high = Math.max(Math.ceil(max / step) * step, low + step);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => {
    const value = low + index * step;
    return { value, text: text(Math.abs(value) < step / 1e6 ? 0 : value) };
  });
  return { label, ticks, position: (value) => (value - low) / (high - low) };
}

/** Time from 0 to exactly `maxMs`: a chart ends where its data does. */
export function timeAxis(maxMs: number): Axis {
  const step = roundStep(Math.max(maxMs, 1) / 8);
  const count = Math.floor(maxMs / step);
  const digits = step >= 1_000 ? 0 : Math.ceil(-Math.log10(step / 1_000));
  const ticks = Array.from({ length: count + 1 }, (_, index) => {
    const value = index * step;
    return { value, text: `${(value / 1_000).toFixed(digits)} s` };
  });
  return { label: 'time after the start', ticks, position: (value) => value / Math.max(maxMs, 1) };
}

/** From a round number to a round number, so that everything from `min` to `max` lies between them; both are above 0. */
export function logAxis(
  label: string,
  { min, max, text }: { min: number; max: number; text: (value: number) => string },
): Axis {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const between = last - first <= MAX_DECADES_WITH_STEPS ? [1, 2, 5] : [1];
  const decades = Array.from({ length: last - first + 2 }, (_, index) => 10 ** (first + index));
  const round = decades.flatMap((decade) => between.map((step) => decade * step));
  const low = round.findLast((value) => value <= min) ?? min;
  const high = round.find((value) => value >= max && value > low) ?? max;
  const ticks = round.filter((value) => value >= low && value <= high);
  return {
    label,
    ticks: ticks.map((value) => ({ value, text: text(value) })),
    position: (value) => Math.log10(value / low) / Math.log10(high / low),
  };
}

/** A logarithmic axis from the first of `values` to the last, with a tick at each and nowhere else; all above 0. */
export function logAxisAt(label: string, values: readonly number[], text: (value: number) => string): Axis {
  const low = Math.log10(Math.min(...values));
  const high = Math.log10(Math.max(...values));
  return {
    label,
    ticks: values.map((value) => ({ value, text: text(value) })),
    position: (value) => (high === low ? 0.5 : (Math.log10(value) - low) / (high - low)),
  };
}

/** From the fastest answer to the slowest of a thousand: every nine has as much room as the one before it. */
export function percentileAxis(label: string): Axis {
  const nines = (percentile: number) => Math.log10(1 / (1 - percentile / 100));
  return {
    label,
    ticks: PERCENTILES.map((value) => ({ value, text: value === 0 ? 'least' : `p${value}` })),
    position: (percentile) => nines(percentile) / nines(PERCENTILES.at(-1) ?? 99.9),
  };
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1e-9)));
  return (STEPS.find((step) => step * power >= wanted * 0.999) ?? 10) * power;
}

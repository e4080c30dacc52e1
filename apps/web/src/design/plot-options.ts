import type UPlot from 'uplot';
import type { Options } from 'uplot';

const HEIGHT = 160;
const SHOWN_SECONDS = 180;

/** Axes, scales and lines of a plot. @param lines label and colour token of each */
export function plotOptions(
  lines: readonly (readonly [label: string, colour: string])[],
  format: (value: number) => string,
  width: number,
): Options {
  return {
    width: Math.max(width, 1),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: [-SHOWN_SECONDS, 0] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1)] },
    },
    axes: [
      { ...axis(), size: 32, gap: 10, splits: [-180, -120, -60, 0], values: (_, at) => at.map(ago) },
      { ...axis(), size: 64, space: 40, values: (_, at) => at.map((value) => format(value)) },
    ],
    series: [
      {},
      ...lines.map(([label, colour], index) => ({
        label,
        width: 2,
        stroke: () => token(colour),
        points: { show: true, size: 5, width: 0, fill: () => token(colour), filter: lonely },
        ...(index === 0 ? { fill: () => `${token(colour)}22` } : {}),
      })),
    ],
  };
}

/** The points between gaps, which no line shows. */
function lonely(plot: UPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? [];
  const isGap = (index: number) => values[index] === null || values[index] === undefined;
  return Array.from(values, (_, index) => index).filter(
    (index) => !isGap(index) && isGap(index - 1) && isGap(index + 1),
  );
}

/** @returns a function that stops it */
export function repaintOnThemeChange(plot: UPlot): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const repaint = () => plot.redraw(false, true);
  dark.addEventListener('change', repaint);
  return () => dark.removeEventListener('change', repaint);
}

function axis() {
  return {
    stroke: () => token('--ink-soft'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: () => token('--grid'), width: 1 },
    ticks: { show: false },
  };
}

function ago(seconds: number): string {
  return seconds === 0 ? 'now' : `${-seconds / 60} min ago`;
}

/** What a colour is in the theme of this moment: a canvas knows no custom properties. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

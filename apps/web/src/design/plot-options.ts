import type { Options } from 'uplot';
import type UPlot from 'uplot';

const HEIGHT = 170;
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
      { ...axis(), size: 28, splits: [-180, -120, -60, 0], values: (_, at) => at.map(ago) },
      { ...axis(), size: 64, space: 40, values: (_, at) => at.map((value) => format(value)) },
    ],
    series: [
      {},
      ...lines.map(([label, colour], index) => ({
        label,
        width: 2,
        stroke: () => token(colour),
        points: { show: false },
        ...(index === 0 ? { fill: () => `${token(colour)}22` } : {}),
      })),
    ],
  };
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

import { figure, legendOf, round, WIDTHS, type Figure, type Width } from './figure.js';
import { escapeHtml } from './html-text.js';
import { keyOf, markerAt, strokeOf, type Look } from './look.js';
import type { Axis } from './scale.js';
import { CHARACTER, thinned } from './tick-labels.js';

export type Points = readonly (readonly [x: number, y: number])[];

export interface Series {
  readonly name: string;
  readonly look: Look;
  readonly points: Points;
  /** `step` keeps a value until the next one; `points` are measurements with nothing between them. */
  readonly style: 'line' | 'step' | 'points';
  /** Where markers stand. Default: at every point, but for steps. */
  readonly markers?: Points;
  /** How far the measurements behind a point lie apart. */
  readonly spread?: readonly (readonly [x: number, low: number, high: number])[];
  readonly filled?: boolean;
}

export interface LineChart extends Figure {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line across, such as where the stock ends. */
  readonly mark?: { readonly value: number; readonly text: string };
  /** Of the wide drawing. Default: 320. */
  readonly height?: number;
  /** Writes each name at the end of its line where there is room for it. */
  readonly endLabels?: boolean;
  /** What is said of a marker when it is pointed at. */
  readonly describePoint: (name: string, x: number, y: number) => string;
}

const HEIGHT = { wide: 320, narrow: 300 } as const;
const EDGE = { top: 34, bottom: 48, right: 24 };
const END_LABEL = { width: 168, height: 17 };

/** Where a chart's values lie on a drawing. */
interface Plot {
  readonly chart: LineChart;
  readonly clip: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Lines over two axes, with their legend and caption; needs no script. */
export function lineChart(chart: LineChart): string {
  const series = chart.series.filter(({ points }) => points.length > 0);
  const keys = series.map(({ name, look, style, filled = false }) => {
    const kind = style === 'points' ? 'points' : filled ? 'area' : 'line';
    return [keyOf(style === 'step' ? withoutMarker(look) : look, kind), name] as const;
  });
  return figure(
    chart,
    (width) => {
      const height = width === 'wide' ? (chart.height ?? HEIGHT.wide) : HEIGHT.narrow;
      return { height, content: draw(plotOf(chart, width, height), series, width) };
    },
    legendOf(keys, chart.endLabels ? 'for-narrow' : ''),
  );
}

/** Steps are told apart by their dashes. */
function withoutMarker({ marker: _marker, ...look }: Look): Look {
  return look;
}

function draw(plot: Plot, series: readonly Series[], width: Width): string {
  const clip = `<clipPath id="${plot.clip}"><rect x="${plot.left}" y="${EDGE.top}" width="${round(plot.right - plot.left)}" height="${round(plot.bottom - EDGE.top)}"/></clipPath>`;
  const labels = plot.chart.endLabels && width === 'wide' ? endLabels(plot, series) : '';
  const lines = series.map((one) => drawSeries(plot, one));
  return clip + rows(plot) + columns(plot) + lines.join('') + drawMark(plot) + labels;
}

function plotOf(chart: LineChart, width: Width, height: number): Plot {
  const longest = Math.max(...chart.y.ticks.map(({ text }) => text.length));
  const left = round(longest * CHARACTER + 14);
  const right = WIDTHS[width] - (chart.endLabels && width === 'wide' ? END_LABEL.width : EDGE.right);
  const bottom = height - EDGE.bottom;
  return {
    chart,
    clip: `${chart.id}-${width}`,
    left,
    right,
    bottom,
    x: (value) => round(left + chart.x.position(value) * (right - left)),
    y: (value) => round(bottom - chart.y.position(value) * (bottom - EDGE.top)),
  };
}

function rows({ chart, left, right, y }: Plot): string {
  const lines = chart.y.ticks.map(({ value, text }) => {
    const at = y(value);
    return (
      `<path class="${value === 0 ? 'zero' : 'grid'}" d="M${left},${at}H${right}"/>` +
      `<text x="${left - 8}" y="${at + 4}" text-anchor="end">${escapeHtml(text)}</text>`
    );
  });
  return `${lines.join('')}<text class="axis" x="0" y="14">${escapeHtml(chart.y.label)}</text>`;
}

function columns({ chart, left, right, bottom, x }: Plot): string {
  const ticks = chart.x.ticks.map(({ value, text }) => ({ at: x(value), text }));
  const stubs = ticks.map(({ at }) => `<path class="stub" d="M${at},${bottom}v5"/>`);
  const labels = thinned(ticks).map(
    ({ at, text }) => `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${escapeHtml(text)}</text>`,
  );
  const middle = round((left + right) / 2);
  const name = `<text class="axis" x="${middle}" y="${bottom + 41}" text-anchor="middle">${escapeHtml(chart.x.label)}</text>`;
  return stubs.join('') + labels.join('') + name;
}

function drawSeries(plot: Plot, series: Series): string {
  const points = series.points.map(([x, y]) => [plot.x(x), plot.y(y)] as const);
  const path = pathOf(points, series.style === 'step');
  const clip = `clip-path="url(#${plot.clip})"`;
  const line =
    series.style === 'points' ? '' : `<path class="line" d="${path}" ${strokeOf(series.look)} ${clip}/>`;
  return area(plot, series, path, points) + spread(plot, series) + line + markers(plot, series);
}

function area({ chart, clip, y }: Plot, { filled, look }: Series, path: string, points: Points): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!filled || !first || !last) return '';
  const base = y(Math.max(0, chart.y.ticks[0]?.value ?? 0));
  const outline = `${path}L${last[0]},${base}L${first[0]},${base}Z`;
  return `<path class="area" d="${outline}" fill="var(--${look.colour})" clip-path="url(#${clip})"/>`;
}

function spread(plot: Plot, { spread: spreads = [], look }: Series): string {
  return spreads
    .filter(([, low, high]) => plot.y(low) !== plot.y(high))
    .map(([x, low, high]) => {
      const ends = `M${plot.x(x)},${plot.y(low)}V${plot.y(high)}`;
      return `<path class="spread" d="${ends}" stroke="var(--${look.colour})"/>`;
    })
    .join('');
}

function markers(plot: Plot, { name, look, points, style, markers: given }: Series): string {
  const marked = given ?? (style === 'step' ? [] : points);
  return marked
    .map(([x, y]) => markerAt(look, plot.x(x), plot.y(y), escapeHtml(plot.chart.describePoint(name, x, y))))
    .join('');
}

/** From the top down, each as near to the end of its line as the one above leaves room for. */
function endLabels(plot: Plot, series: readonly Series[]): string {
  const wanted = series
    .map(({ name, look, points }) => {
      const [x = 0, y = 0] = points.at(-1) ?? [];
      return { name, look, fromX: plot.x(x), fromY: plot.y(y) };
    })
    .sort((a, b) => a.fromY - b.fromY);
  const heights = spaced(
    wanted.map(({ fromY }) => fromY),
    plot.bottom,
  );
  const left = plot.right + 18;
  return wanted
    .map(({ name, look, fromX, fromY }, index) => {
      const y = heights[index] ?? fromY;
      const leader = `M${fromX + 6},${fromY}L${plot.right + 4},${fromY}L${left - 3},${y}`;
      return (
        `<path class="leader" d="${leader}" stroke="var(--${look.colour})"/>${markerAt(look, left + 3, y)}` +
        `<text class="end-label" x="${left + 13}" y="${round(y + 4)}">${escapeHtml(name)}</text>`
      );
    })
    .join('');
}

/** The same heights in the same order, a label's height apart, none below `bottom` if that can be. */
function spaced(heights: readonly number[], bottom: number): number[] {
  const placed: number[] = [];
  for (const height of heights)
    placed.push(Math.max(height, (placed.at(-1) ?? -Infinity) + END_LABEL.height));
  for (let index = placed.length - 1, limit = bottom; index >= 0; index -= 1, limit -= END_LABEL.height) {
    placed[index] = round(Math.min(placed[index] ?? 0, limit));
  }
  return placed;
}

function drawMark({ chart: { mark }, left, right, y }: Plot): string {
  if (!mark) return '';
  const at = y(mark.value);
  return (
    `<path class="mark" d="M${left},${at}H${right}"/>` +
    `<text class="mark-text" x="${right - 4}" y="${round(at - 8)}" text-anchor="end">${escapeHtml(mark.text)}</text>`
  );
}

function pathOf(points: Points, stepped: boolean): string {
  return points
    .map(([x, y], index) => {
      if (index === 0) return `M${x},${y}`;
      return stepped ? `H${x}V${y}` : `L${x},${y}`;
    })
    .join('');
}

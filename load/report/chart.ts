import { escapeHtml } from './html-text.js';
import type { Axis } from './scale.js';

export interface Series {
  readonly name: string;
  /** One of the page's colours: `accepted` stands for `var(--accepted)`. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** `step` keeps a value until the next one; `dots` are measurements, joined by a thin line, `marked` by a solid one. */
  readonly style: 'line' | 'step' | 'dots' | 'marked';
  /** How far the measurements behind a point lie apart. */
  readonly spread?: readonly (readonly [x: number, low: number, high: number])[];
  readonly filled?: boolean;
  readonly dashed?: boolean;
}

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  /** For those who cannot see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line across, such as where the stock ends. */
  readonly mark?: { readonly value: number; readonly text: string };
  /** Units of the drawing, of which it is 960 wide. Default: 300. */
  readonly height?: number;
  /** Writes each name at the end of its line, where there is a legend otherwise. */
  readonly endLabels?: boolean;
  /** What is said of a point when it is pointed at. Default: its value and its time. */
  readonly describePoint?: (name: string, x: number, y: number) => string;
}

const WIDTH = 960;
const DEFAULT_HEIGHT = 300;
const EDGE = { left: 76, right: 30, top: 14, bottom: 44 };
const LABEL_WIDTH = 150;
const LABEL_HEIGHT = 15;

/** Where a chart's values lie on the drawing. */
interface Plot {
  readonly chart: Chart;
  readonly right: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** An SVG and its legend, drawn with the page's colours; it needs no script and scales with the page. */
export function drawChart(chart: Chart): string {
  const plot = plotOf(chart);
  const series = chart.series.filter(({ points }) => points.length > 0);
  const body = [grid(plot), ...series.map((one) => drawSeries(plot, one)), drawMark(plot)].join('');
  const height = chart.height ?? DEFAULT_HEIGHT;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(chart.description)}">` +
    `<clipPath id="${chart.id}"><rect x="${EDGE.left}" y="${EDGE.top}" width="${plot.right - EDGE.left}" ` +
    `height="${plot.bottom - EDGE.top}"/></clipPath>${body}${chart.endLabels ? endLabels(plot, series) : ''}</svg>` +
    (chart.endLabels ? '' : legend(series))
  );
}

function plotOf(chart: Chart): Plot {
  const right = WIDTH - (chart.endLabels ? LABEL_WIDTH : EDGE.right);
  const bottom = (chart.height ?? DEFAULT_HEIGHT) - EDGE.bottom;
  return {
    chart,
    right,
    bottom,
    x: (value) => round(EDGE.left + chart.x.position(value) * (right - EDGE.left)),
    y: (value) => round(bottom - chart.y.position(value) * (bottom - EDGE.top)),
  };
}

function legend(series: readonly Series[]): string {
  const keys = series.map(({ name, colour, dashed, style }) => {
    const kind = style === 'dots' ? ' dot' : dashed ? ' dashed' : '';
    return `<li><span class="key${kind}" style="--key:var(--${colour})"></span>${escapeHtml(name)}</li>`;
  });
  return `<ul class="legend">${keys.join('')}</ul>`;
}

function grid(plot: Plot): string {
  const { right, bottom, chart } = plot;
  const rows = chart.y.ticks.map(({ value, text }) => {
    const at = plot.y(value);
    return (
      `<line class="${value === 0 ? 'zero' : 'grid'}" x1="${EDGE.left}" x2="${right}" y1="${at}" y2="${at}"/>` +
      `<text class="tick" x="${EDGE.left - 8}" y="${at + 4}" text-anchor="end">${escapeHtml(text)}</text>`
    );
  });
  const columns = chart.x.ticks.map(({ value, text }) => {
    const at = plot.x(value);
    return (
      `<line class="stub" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/>` +
      `<text class="tick" x="${at}" y="${bottom + 19}" text-anchor="middle">${escapeHtml(text)}</text>`
    );
  });
  const middle = (EDGE.top + bottom) / 2;
  return (
    rows.join('') +
    columns.join('') +
    `<text class="axis" x="${(EDGE.left + right) / 2}" y="${bottom + 38}" text-anchor="middle">${escapeHtml(chart.x.label)}</text>` +
    `<text class="axis" x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeHtml(chart.y.label)}</text>`
  );
}

function drawSeries(plot: Plot, series: Series): string {
  const points = series.points.map(([x, y]) => [plot.x(x), plot.y(y)] as const);
  const path = pathOf(points, series.style === 'step');
  const stroke = `stroke="var(--${series.colour})"${series.dashed ? ' stroke-dasharray="6 4"' : ''}`;
  const { id } = plot.chart;
  const style = series.style === 'marked' ? 'line' : series.style;
  const line = `<path class="${style}" d="${path}" fill="none" ${stroke} clip-path="url(#${id})"/>`;
  const hasDots = series.style === 'dots' || series.style === 'marked';
  return fill(plot, series, path, points) + spread(plot, series) + line + (hasDots ? dots(plot, series) : '');
}

function fill(
  { chart, y }: Plot,
  { filled, colour }: Series,
  path: string,
  points: readonly (readonly [number, number])[],
): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!filled || !first || !last) return '';
  const base = y(Math.max(0, chart.y.ticks[0]?.value ?? 0));
  const area = `${path}L${last[0]},${base}L${first[0]},${base}Z`;
  return `<path class="area" d="${area}" fill="var(--${colour})" clip-path="url(#${chart.id})"/>`;
}

function spread(plot: Plot, { spread: spreads = [], colour }: Series): string {
  return spreads
    .map(([x, low, high]) => {
      const at = plot.x(x);
      return `<line class="spread" x1="${at}" x2="${at}" y1="${plot.y(low)}" y2="${plot.y(high)}" stroke="var(--${colour})"/>`;
    })
    .join('');
}

function dots(plot: Plot, { points, colour, name }: Series): string {
  const describe = plot.chart.describePoint ?? valueAndTime;
  return points
    .map(([x, y]) => {
      const at = `cx="${plot.x(x)}" cy="${plot.y(y)}"`;
      return `<circle ${at} r="3.5" fill="var(--${colour})"><title>${escapeHtml(describe(name, x, y))}</title></circle>`;
    })
    .join('');
}

function valueAndTime(name: string, x: number, y: number): string {
  return `${name}: ${y} at ${(x / 1000).toFixed(2)} s`;
}

/** From the top down, each as near to the end of its line as the one above leaves room for. */
function endLabels(plot: Plot, series: readonly Series[]): string {
  const wanted = series
    .map(({ name, colour, points }) => {
      const [x = 0, y = 0] = points.at(-1) ?? [];
      return { name, colour, fromX: plot.x(x), fromY: plot.y(y) };
    })
    .sort((a, b) => a.fromY - b.fromY);
  const left = plot.right + 12;
  return spaced(
    wanted.map(({ fromY }) => fromY),
    plot.bottom,
  )
    .map((y, index) => {
      const { name, colour, fromX, fromY } = wanted[index] ?? { name: '', colour: '', fromX: 0, fromY: 0 };
      return (
        `<path class="leader" d="M${fromX + 5},${fromY}L${plot.right + 3},${fromY}L${left - 2},${y}" stroke="var(--${colour})"/>` +
        `<text class="end-label" x="${left}" y="${y + 4}" style="fill:var(--${colour})">${escapeHtml(name)}</text>`
      );
    })
    .join('');
}

/** The same heights in the same order, a label's height apart, none below `bottom` if that can be. */
function spaced(heights: readonly number[], bottom: number): number[] {
  const placed: number[] = [];
  for (const height of heights) placed.push(Math.max(height, (placed.at(-1) ?? -Infinity) + LABEL_HEIGHT));
  for (let index = placed.length - 1, limit = bottom; index >= 0; index -= 1, limit -= LABEL_HEIGHT) {
    placed[index] = round(Math.min(placed[index] ?? 0, limit));
  }
  return placed;
}

function drawMark({ chart: { mark }, right, y }: Plot): string {
  if (!mark) return '';
  const at = y(mark.value);
  return (
    `<line class="mark" x1="${EDGE.left}" x2="${right}" y1="${at}" y2="${at}"/>` +
    `<text class="mark-text" x="${right - 4}" y="${at + 17}" text-anchor="end">${escapeHtml(mark.text)}</text>`
  );
}

function pathOf(points: readonly (readonly [number, number])[], stepped: boolean): string {
  return points
    .map(([x, y], index) => {
      if (index === 0) return `M${x},${y}`;
      return stepped ? `H${x}V${y}` : `L${x},${y}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

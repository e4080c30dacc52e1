import { escapeHtml } from './html-text.js';
import type { Axis } from './scale.js';

export interface Series {
  readonly name: string;
  /** One of the page's colours: `accepted` stands for `var(--accepted)`. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** `step` keeps a value until the next one; `dots` are measurements, joined by a thin line. */
  readonly style: 'line' | 'step' | 'dots';
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
}

const WIDTH = 960;
const HEIGHT = 300;
const EDGE = { left: 64, right: 30, top: 14, bottom: 44 };

/** An SVG and its legend, drawn with the page's colours; it needs no script and scales with the page. */
export function drawChart(chart: Chart): string {
  const series = chart.series.filter(({ points }) => points.length > 0);
  const body = [grid(chart), ...series.map((one) => drawSeries(chart, one)), drawMark(chart)].join('');
  const legend = series.map(
    ({ name, colour, dashed, style }) =>
      `<li><span class="key${style === 'dots' ? ' dot' : dashed ? ' dashed' : ''}" style="--key:var(--${colour})"></span>${escapeHtml(name)}</li>`,
  );
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.description)}">` +
    `<clipPath id="${chart.id}"><rect x="${EDGE.left}" y="${EDGE.top}" width="${WIDTH - EDGE.left - EDGE.right}" ` +
    `height="${HEIGHT - EDGE.top - EDGE.bottom}"/></clipPath>${body}</svg><ul class="legend">${legend.join('')}</ul>`
  );
}

function grid({ x, y }: Chart): string {
  const rows = y.ticks.map(({ value, text }) => {
    const at = yOf(y, value);
    return (
      `<line class="${value === 0 ? 'zero' : 'grid'}" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${at}" y2="${at}"/>` +
      `<text class="tick" x="${EDGE.left - 8}" y="${at + 4}" text-anchor="end">${escapeHtml(text)}</text>`
    );
  });
  const columns = x.ticks.map(({ value, text }) => {
    const at = xOf(x, value);
    return (
      `<line class="stub" x1="${at}" x2="${at}" y1="${HEIGHT - EDGE.bottom}" y2="${HEIGHT - EDGE.bottom + 5}"/>` +
      `<text class="tick" x="${at}" y="${HEIGHT - EDGE.bottom + 19}" text-anchor="middle">${escapeHtml(text)}</text>`
    );
  });
  const middle = (EDGE.top + HEIGHT - EDGE.bottom) / 2;
  return (
    rows.join('') +
    columns.join('') +
    `<text class="axis" x="${(EDGE.left + WIDTH - EDGE.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(x.label)}</text>` +
    `<text class="axis" x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeHtml(y.label)}</text>`
  );
}

function drawSeries(chart: Chart, series: Series): string {
  const points = series.points.map(([x, y]) => [xOf(chart.x, x), yOf(chart.y, y)] as const);
  const path = pathOf(points, series.style === 'step');
  const stroke = `stroke="var(--${series.colour})"${series.dashed ? ' stroke-dasharray="6 4"' : ''}`;
  const line = `<path class="${series.style}" d="${path}" fill="none" ${stroke} clip-path="url(#${chart.id})"/>`;
  return fill(chart, series, path, points) + line + (series.style === 'dots' ? dots(chart, series) : '');
}

function fill(
  { id, y }: Chart,
  { filled, colour }: Series,
  path: string,
  points: readonly (readonly [number, number])[],
): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!filled || !first || !last) return '';
  const base = yOf(y, Math.max(0, y.ticks[0]?.value ?? 0));
  const area = `${path}L${last[0]},${base}L${first[0]},${base}Z`;
  return `<path class="area" d="${area}" fill="var(--${colour})" clip-path="url(#${id})"/>`;
}

function dots(chart: Chart, { points, colour, name }: Series): string {
  return points
    .map(([x, y]) => {
      const title = `${name}: ${y} at ${(x / 1000).toFixed(2)} s`;
      const at = `cx="${xOf(chart.x, x)}" cy="${yOf(chart.y, y)}"`;
      return `<circle ${at} r="3.5" fill="var(--${colour})"><title>${escapeHtml(title)}</title></circle>`;
    })
    .join('');
}

function drawMark({ mark, y }: Chart): string {
  if (!mark) return '';
  const at = yOf(y, mark.value);
  return (
    `<line class="mark" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${at}" y2="${at}"/>` +
    `<text class="mark-text" x="${WIDTH - EDGE.right - 4}" y="${at + 17}" text-anchor="end">${escapeHtml(mark.text)}</text>`
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

function xOf(axis: Axis, value: number): number {
  return round(EDGE.left + axis.position(value) * (WIDTH - EDGE.left - EDGE.right));
}

function yOf(axis: Axis, value: number): number {
  return round(HEIGHT - EDGE.bottom - axis.position(value) * (HEIGHT - EDGE.top - EDGE.bottom));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

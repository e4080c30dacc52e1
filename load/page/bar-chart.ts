import { figure, legendOf, round, WIDTHS, type Figure, type Width } from './figure.js';
import { escapeHtml } from './html-text.js';
import type { Axis } from './scale.js';
import { texturesOf, textureFill, textureKey, type Texture } from './texture.js';
import { CHARACTER, thinned } from './tick-labels.js';

export interface Bar {
  readonly label: string;
  /** From left to right; lengths on the axis. */
  readonly pieces: readonly Piece[];
  /** How far the measurements behind the whole bar lie apart. */
  readonly spread?: readonly [low: number, high: number];
  /** What should be reached at least. */
  readonly target?: number | undefined;
  /** Written behind the bar. */
  readonly text: string;
}

export interface Piece {
  readonly value: number;
  /** A colour of the design. */
  readonly colour: string;
  readonly texture?: Texture;
  /** Said of it when it is pointed at. */
  readonly title: string;
}

export interface BarChart extends Figure {
  readonly axis: Axis;
  readonly bars: readonly Bar[];
  /** What the pieces of the bars are. */
  readonly legend?: readonly (Pick<Piece, 'colour' | 'texture'> & { readonly name: string })[];
}

const EDGE = { top: 4, bottom: 46 };
const THICKNESS = 18;
const GAP = 10;
const MAX_LABEL = 340;

interface Layout {
  readonly axis: Axis;
  readonly scope: string;
  readonly left: number;
  readonly right: number;
  readonly rowHeight: number;
  /** Whether a label stands above its bar, where there is no room beside it. */
  readonly above: boolean;
  readonly x: (value: number) => number;
}

/** Bars that lie, one below the other, so that long names can be read. */
export function barChart(chart: BarChart): string {
  const { legend = [] } = chart;
  const keys = legend.map((piece) => [textureKey(piece), piece.name] as const);
  return figure(
    chart,
    (width) => draw(chart, layoutOf(chart, width)),
    keys.length === 0 ? '' : legendOf(keys),
  );
}

function layoutOf({ id, axis, bars }: BarChart, width: Width): Layout {
  const above = width === 'narrow';
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length * CHARACTER));
  const left = above ? 4 : Math.min(MAX_LABEL, longest(bars.map(({ label }) => label)) + 16);
  const right = WIDTHS[width] - longest(bars.map(({ text }) => text)) - 16;
  return {
    axis,
    scope: `${id}-${width}`,
    left,
    right,
    rowHeight: above ? 46 : 30,
    above,
    x: (value) => round(left + axis.position(value) * (right - left)),
  };
}

function draw({ bars }: BarChart, layout: Layout): { height: number; content: string } {
  const bottom = EDGE.top + bars.length * layout.rowHeight + 4;
  const rows = bars.map((bar, index) => drawBar(bar, layout, EDGE.top + index * layout.rowHeight));
  const used = bars.flatMap(({ pieces }) => pieces);
  return {
    height: bottom + EDGE.bottom,
    content: texturesOf(used, layout.scope) + grid(layout, bottom) + rows.join(''),
  };
}

function grid({ axis, left, right, x }: Layout, bottom: number): string {
  const ticks = axis.ticks.map(({ value, text }) => ({ at: x(value), value, text }));
  const lines = ticks.map(
    ({ at, value }) => `<path class="${value === 0 ? 'zero' : 'grid'}" d="M${at},${EDGE.top}V${bottom}"/>`,
  );
  const labels = thinned(ticks).map(
    ({ at, text }) => `<text x="${at}" y="${bottom + 17}" text-anchor="middle">${escapeHtml(text)}</text>`,
  );
  const name = `<text class="axis" x="${round((left + right) / 2)}" y="${bottom + 38}" text-anchor="middle">${escapeHtml(axis.label)}</text>`;
  return lines.join('') + labels.join('') + name;
}

function drawBar(bar: Bar, layout: Layout, y: number): string {
  const { above, rowHeight, left, x } = layout;
  const top = y + rowHeight - THICKNESS - GAP / 2;
  const middle = top + THICKNESS / 2;
  const label = above
    ? `<text class="bar-label" x="${left}" y="${top - 5}">${escapeHtml(bar.label)}</text>`
    : `<text class="bar-label" x="${left - 10}" y="${middle + 4}" text-anchor="end">${escapeHtml(bar.label)}</text>`;
  const { spread, target } = bar;
  const ends = [
    ...bar.pieces.map((_piece, index) => endOf(bar.pieces, index)),
    spread?.[1] ?? 0,
    target ?? 0,
  ];
  const whisker =
    spread && x(spread[0]) !== x(spread[1])
      ? `<path class="whisker" d="M${x(spread[0])},${middle}H${x(spread[1])}m0,-4v8M${x(spread[0])},${middle - 4}v8"/>`
      : '';
  const mark =
    target === undefined ? '' : `<path class="mark" d="M${x(target)},${top - 4}v${THICKNESS + 8}"/>`;
  const text = `<text class="bar-text" x="${x(Math.max(...ends)) + 8}" y="${middle + 4}">${escapeHtml(bar.text)}</text>`;
  return label + drawPieces(bar.pieces, layout, top) + whisker + mark + text;
}

function drawPieces(pieces: readonly Piece[], { x, scope }: Layout, top: number): string {
  return pieces
    .map((piece, index) => {
      const from = x(endOf(pieces, index - 1));
      const width = Math.max(0, round(x(endOf(pieces, index)) - from));
      return (
        `<rect class="bar" x="${from}" y="${top}" width="${width}" height="${THICKNESS}" ` +
        `fill="${textureFill(piece, scope)}" stroke="var(--${piece.colour})"><title>${escapeHtml(piece.title)}</title></rect>`
      );
    })
    .join('');
}

/** Where a piece ends on the axis. */
function endOf(pieces: readonly Piece[], index: number): number {
  return pieces.slice(0, index + 1).reduce((sum, { value }) => sum + value, 0);
}

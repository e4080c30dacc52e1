import { escapeHtml, type Axis } from '#load';

export interface Bar {
  readonly label: string;
  /** From left to right; lengths on the axis. */
  readonly pieces: readonly { readonly value: number; readonly colour: string; readonly title: string }[];
  /** How far the measurements behind the whole bar lie apart. */
  readonly spread?: readonly [low: number, high: number];
  /** What should be reached at least. */
  readonly target?: number | undefined;
  /** Written behind the bar. */
  readonly text: string;
}

const WIDTH = 960;
const EDGE = { left: 250, right: 130, top: 6, bottom: 40 };
const ROW = 30;
const THICKNESS = 18;

/** Bars that lie, one below the other, so that long names can be read. */
export function drawBars(bars: readonly Bar[], axis: Axis, description: string): string {
  const height = EDGE.top + bars.length * ROW + EDGE.bottom;
  const bottom = height - EDGE.bottom;
  const grid = axis.ticks.map(({ value, text }) => {
    const at = xOf(axis, value);
    return (
      `<line class="${value === 0 ? 'zero' : 'grid'}" x1="${at}" x2="${at}" y1="${EDGE.top}" y2="${bottom}"/>` +
      `<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${escapeHtml(text)}</text>`
    );
  });
  const middle = (EDGE.left + WIDTH - EDGE.right) / 2;
  const label = `<text class="axis" x="${middle}" y="${bottom + 34}" text-anchor="middle">${escapeHtml(axis.label)}</text>`;
  const rows = bars.map((bar, index) => drawBar(bar, axis, EDGE.top + index * ROW));
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(description)}">` +
    `${grid.join('')}${label}${rows.join('')}</svg>`
  );
}

function drawBar({ label, pieces, spread, target, text }: Bar, axis: Axis, y: number): string {
  const top = y + (ROW - THICKNESS) / 2;
  const middle = y + ROW / 2;
  let end = 0;
  const drawn = pieces.map(({ value, colour, title }) => {
    const from = xOf(axis, end);
    end += value;
    const width = Math.max(0, round(xOf(axis, end) - from));
    return (
      `<rect x="${from}" y="${top}" width="${width}" height="${THICKNESS}" fill="var(--${colour})">` +
      `<title>${escapeHtml(title)}</title></rect>`
    );
  });
  const whisker = spread
    ? `<line class="whisker" x1="${xOf(axis, spread[0])}" x2="${xOf(axis, spread[1])}" y1="${middle}" y2="${middle}"/>`
    : '';
  const mark =
    target === undefined
      ? ''
      : `<line class="mark" x1="${xOf(axis, target)}" x2="${xOf(axis, target)}" y1="${y + 2}" y2="${y + ROW - 2}"/>`;
  const after = Math.max(
    xOf(axis, Math.max(end, spread?.[1] ?? 0)),
    target === undefined ? 0 : xOf(axis, target),
  );
  return (
    `<text class="bar-label" x="${EDGE.left - 10}" y="${middle + 4}" text-anchor="end">${escapeHtml(label)}</text>` +
    `${drawn.join('')}${whisker}${mark}` +
    `<text class="bar-text" x="${after + 8}" y="${middle + 4}">${escapeHtml(text)}</text>`
  );
}

function xOf(axis: Axis, value: number): number {
  return round(EDGE.left + axis.position(value) * (WIDTH - EDGE.left - EDGE.right));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

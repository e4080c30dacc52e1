import { escapeHtml } from './html-text.js';

/** One figure, large, with its name above and what belongs to it below. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** The figures that are looked for first, in a row. */
export function tiles(all: readonly Tile[]): string {
  const items = all.map(
    ({ name, value, note }) =>
      `<div class="card tile"><dt>${escapeHtml(name)}</dt><dd class="value">${escapeHtml(value)}</dd>` +
      `<dd class="note">${escapeHtml(note)}</dd></div>`,
  );
  return items.length === 0 ? '' : `<dl class="tiles">${items.join('')}</dl>`;
}

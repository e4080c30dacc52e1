import { escapeHtml } from './html-text.js';

/** A drawing is made twice: as wide as a desktop and paper, and as narrow as a phone, where text must not shrink. */
export const WIDTHS = { wide: 960, narrow: 360 } as const;
export type Width = keyof typeof WIDTHS;

export interface Figure {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence: the caption, and the description for those who cannot see it. */
  readonly summary: string;
}

/**
 * A chart with its caption.
 * @param draw the inside of a drawing of that width, and its height
 * @param legend HTML
 */
export function figure(
  { id, title, summary }: Figure,
  draw: (width: Width) => { readonly height: number; readonly content: string },
  legend: string,
): string {
  const drawings = (['wide', 'narrow'] as const).map((width) => {
    const { height, content } = draw(width);
    return (
      `<svg class="${width}" viewBox="0 0 ${WIDTHS[width]} ${height}" role="img" ` +
      `aria-label="${escapeHtml(title)}" aria-describedby="${id}-summary">${content}</svg>`
    );
  });
  return (
    `<figure id="${id}">${drawings.join('')}${legend}` +
    `<figcaption id="${id}-summary">${escapeHtml(summary)}</figcaption></figure>`
  );
}

/** @param entries key (HTML) and name */
export function legendOf(entries: readonly (readonly [key: string, name: string])[], className = ''): string {
  const items = entries.map(([key, name]) => `<li>${key}${escapeHtml(name)}</li>`);
  return `<ul class="legend${className === '' ? '' : ` ${className}`}">${items.join('')}</ul>`;
}

/** A tenth of a unit is as fine as a drawing needs. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

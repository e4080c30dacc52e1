import { escapeHtml } from './html-text.js';

/** Text, or HTML that is known to be safe. */
export type Cell = string | { readonly html: string };

export interface DataTable {
  /** Unique on the page: it names the table. */
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly Cell[])[];
  /** Columns of words, from 0; the others are numbers. The first is always words. */
  readonly words?: readonly number[];
  /** Whether the last column is long, and stands below the others on a phone. */
  readonly stacked?: boolean;
}

/** The name of a row up to this length stays on one line. */
const SHORT_NAME = 24;

/** A table that scrolls by itself where the page is narrower. */
export function dataTable({ caption, head, rows, words = [], stacked = false }: DataTable): string {
  const kind = (column: number) => (column === 0 || words.includes(column) ? '' : ' class="number"');
  const heads = head.map((text, column) =>
    text === '' ? `<td${kind(column)}></td>` : `<th scope="col"${kind(column)}>${escapeHtml(text)}</th>`,
  );
  const body = rows.map((cells) => {
    const row = cells.map((cell, column) =>
      column === 0 ? rowName(cell) : `<td${kind(column)}>${htmlOf(cell)}</td>`,
    );
    return `<tr>${row.join('')}</tr>`;
  });
  const name = escapeHtml(caption);
  return (
    `<div class="table-scroll" role="group" aria-label="${name}" tabindex="0"><table${stacked ? ' class="stacked"' : ''}><caption><span>${name}</span></caption>` +
    `<thead><tr>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
  );
}

/** Names and values, such as what was measured on. */
export function conditionsTable(rows: readonly (readonly [name: string, value: Cell])[]): string {
  const cells = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${htmlOf(value)}</td></tr>`,
  );
  return `<table class="conditions"><tbody>${cells.join('')}</tbody></table>`;
}

/** A verdict in a word, with its sign: not by colour alone. */
export function badge(text: string, tone: 'good' | 'bad' | 'none'): Cell {
  const toned = tone === 'none' ? '' : ` data-tone="${tone}"`;
  return { html: `<span class="badge"${toned}>${escapeHtml(text)}</span>` };
}

/** What is typed, or has a name that programs know. */
export function code(text: string): Cell {
  return { html: `<code>${escapeHtml(text)}</code>` };
}

function rowName(cell: Cell): string {
  const short = typeof cell === 'string' && cell.length <= SHORT_NAME;
  return `<th scope="row"${short ? ' class="short"' : ''}>${htmlOf(cell)}</th>`;
}

function htmlOf(cell: Cell): string {
  return typeof cell === 'string' ? escapeHtml(cell) : cell.html;
}

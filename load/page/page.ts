import { escapeHtml } from './html-text.js';
import { styleSheet } from './stylesheet.js';

/** What a reader sees first. */
export interface Masthead {
  /** What kind of page this is. */
  readonly kind: string;
  /** The verdict, part by part; a part is not broken over lines where there is room. */
  readonly claim: readonly string[];
  readonly good: boolean;
  readonly lead: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Written behind the time. */
  readonly note?: string;
}

/** A whole page: one file that needs neither network nor script, by day, by night and on paper. */
export function htmlPage(title: string, masthead: Masthead, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${styleSheet()}</style>
</head>
<body class="report">
${headerOf(masthead)}
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
</body>
</html>
`;
}

function headerOf({ kind, claim, good, lead, at, note }: Masthead): string {
  const time = `<time datetime="${escapeHtml(at)}">${escapeHtml(at.replace('T', ' ').slice(0, 19))} UTC</time>`;
  const mark = `<span class="mark" aria-hidden="true">${good ? '✓' : '✗'} </span>`;
  const parts = claim.map((part, index) => {
    const comma = index === claim.length - 1 ? '' : ',';
    return `<span class="part">${index === 0 ? mark : ''}${escapeHtml(part)}${comma}</span>`;
  });
  return (
    `<header class="masthead" data-tone="${good ? 'good' : 'bad'}"><p class="kind">${escapeHtml(kind)}</p>` +
    `<h1>${parts.join(' ')}</h1><p class="lead">${escapeHtml(lead)}</p>` +
    `<p class="when">${time}${note === undefined ? '' : `, ${escapeHtml(note)}`}</p></header>`
  );
}

/** @param content HTML; without any there is no section */
export function section(title: string, ...content: readonly string[]): string {
  const html = content.join('\n');
  return html === '' ? '' : `<section class="card"><h2>${escapeHtml(title)}</h2>\n${html}</section>`;
}

/** What a reader must know before believing the figures. @param reasons HTML */
export function warning(title: string, reasons: string): string {
  return `<div class="card warning" data-tone="warn" role="note"><strong>${escapeHtml(title)}</strong> ${reasons}</div>`;
}

/** A sentence beside charts and tables. */
export function note(text: string): string {
  return `<p class="note">${escapeHtml(text)}</p>`;
}

/** What few need, folded away on the screen and written out on paper. @param content HTML */
export function folded(summary: string, content: string): string {
  return `<details><summary>${escapeHtml(summary)}</summary>${content}</details>`;
}

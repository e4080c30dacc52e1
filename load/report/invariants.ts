import type { Verdict } from '../checker/verdict.js';
import { badge, dataTable, type Cell } from '../page/data-table.js';
import { escapeHtml } from '../page/html-text.js';

/** Each promise with its verdict and the evidence; what is broken comes first. */
export function invariantTable(verdicts: readonly Verdict[]): string {
  const order = [false, null, true];
  const sorted = [...verdicts].sort((a, b) => order.indexOf(a.ok) - order.indexOf(b.ok));
  return dataTable({
    caption: 'What must hold after every run, whatever happened in it',
    head: ['invariant', 'verdict', 'evidence'],
    rows: sorted.map((verdict) => [verdict.name, verdictBadge(verdict), evidenceOf(verdict)]),
    words: [1, 2],
    stacked: true,
  });
}

/** Such as `11 of 11 invariants`, which hold; those that could not be checked are named apart. */
export function invariantCount(verdicts: readonly Verdict[]): string {
  const held = verdicts.filter(({ ok }) => ok === true).length;
  const unchecked = verdicts.filter(({ ok }) => ok === null).length;
  return `${held} of ${verdicts.length} invariants${unchecked === 0 ? '' : `, ${unchecked} not checked`}`;
}

function verdictBadge({ ok }: Verdict): Cell {
  if (ok === null) return badge('– not checked', 'none');
  return ok ? badge('✓ holds', 'good') : badge('✗ broken', 'bad');
}

function evidenceOf({ detail, examples }: Verdict): Cell {
  const more = examples.slice(1).map((example) => `<li>${escapeHtml(example)}</li>`);
  return { html: `${escapeHtml(detail)}${more.length === 0 ? '' : `<ul>${more.join('')}</ul>`}` };
}

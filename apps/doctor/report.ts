import type { Finding, Verdict } from './finding.js';

const MARKS: Readonly<Record<Verdict, string>> = { ok: '✓ ok  ', warn: '! warn', fail: '✗ FAIL' };

/** A line a finding, what to do below it, and how many of each at the end. */
export function findingsTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ verdict, check, found, advice }) => [
    `${MARKS[verdict]}  ${check.padEnd(width)}  ${found}`,
    ...(advice === undefined ? [] : [`${' '.repeat(MARKS[verdict].length + 4)}→ ${advice}`]),
  ]);
  const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  const summary = `${count('ok')} ok, ${count('warn')} to know of, ${count('fail')} to put right.`;
  return `${lines.join('\n')}\n\n${summary}\n`;
}

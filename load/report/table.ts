import type { Verdict } from '../checker/verdict.js';
import type { LatencyName, RunResult } from '../run/result.js';
import { countsByCode, duration, integer, milliseconds, percent, plural, sumOf } from './format.js';

const LABEL_WIDTH = 11;
const NUMBER_WIDTH = 9;

/** What a run prints at its end; the last lines name what is broken. */
export function resultTable(result: RunResult): string {
  const sections = [headline(result), totals(result), latencies(result), harness(result), verdicts(result)];
  return [...sections.map((lines) => lines.join('\n')), closing(result).join('\n')].join('\n\n');
}

function headline({ options, strategy, sale, seed, counts }: RunResult): string[] {
  const buyers = plural(Number(options.buyers), 'buyer');
  const goods = `${plural(counts.unitsReceived, 'unit')} of ${plural(sale.items.length, 'item')}`;
  return [`${goods} for ${buyers}: ${strategy}, ${describeLoad(options)}, seed ${seed}`];
}

/** Such as `burst on 1,000 connections, 80 % readers`. */
export function describeLoad(options: RunResult['options']): string {
  const rate = options.rate === null ? '' : ` at ${integer(Number(options.rate))}/s`;
  const parts = [`${String(options.profile)}${rate} on ${plural(Number(options.connections), 'connection')}`];
  if (Number(options.readPercent) > 0) parts.push(`${String(options.readPercent)} % readers`);
  if (options.carts === true) parts.push('carts');
  if (options.purchaseLimit !== null) parts.push(`at most ${String(options.purchaseLimit)} a buyer`);
  if (Number(options.retries) > 0) parts.push(`sent again up to ${String(options.retries)} times`);
  return parts.join(', ');
}

function totals({ counts, timing }: RunResult): string[] {
  const refused = sumOf(counts.refused);
  const errors = sumOf(counts.undecided) + counts.failedReads;
  const soldOut =
    timing.soldOutMs === null ? 'units are left' : `sold out after ${duration(timing.soldOutMs)}`;
  const rows: [string, number, string][] = [
    [
      'offered',
      counts.offered,
      `in ${duration(timing.elapsedMs)}, ${integer(timing.answersPerSecond)} answers/s`,
    ],
    ['accepted', counts.accepted, `${plural(counts.unitsAccepted, 'unit')}, ${soldOut}`],
    ['refused', refused, countsByCode(counts.refused)],
    ['errors', errors, errorsByCode(counts)],
  ];
  if (counts.neverSent > 0)
    rows.push(['not sent', counts.neverSent, 'planned, and the time did not suffice']);
  if (counts.reads > 0) rows.push(['reads', counts.reads, '']);
  if (counts.resent > 0) rows.push(['re-sent', counts.resent, '']);
  if (counts.replayed > 0)
    rows.push(['replayed', counts.replayed, 'accepted orders, sent once more at the end']);
  return rows.map(([label, count, note]) =>
    `${label.padEnd(LABEL_WIDTH)}${integer(count).padStart(NUMBER_WIDTH)}  ${note}`.trimEnd(),
  );
}

function errorsByCode({ undecided, failedReads }: RunResult['counts']): string {
  return countsByCode(failedReads === 0 ? undecided : { ...undecided, 'failed reads': failedReads });
}

function latencies({ latency }: RunResult): string[] {
  const columns = ['p50', 'p90', 'p99', 'max'] as const;
  const header = `${'latency, ms'.padEnd(LABEL_WIDTH)}${columns.map((name) => name.padStart(NUMBER_WIDTH)).join('')}`;
  const rows = (['accepted', 'refused', 'reads'] satisfies LatencyName[])
    .filter((name) => latency[name].count > 0)
    .map((name) => {
      const cells = columns.map((column) => milliseconds(latency[name][column]).padStart(NUMBER_WIDTH));
      return `${name.padEnd(LABEL_WIDTH)}${cells.join('')}`;
    });
  return [header, ...rows];
}

function harness({ harness: load }: RunResult): string[] {
  const lines = [
    `harness    event loop ${percent(load.utilization)} busy, up to ${milliseconds(load.delayMaxMs)} ms late; ` +
      `requests left at most ${milliseconds(load.sendLag.max)} ms late`,
  ];
  if (load.waitedForConnection > 0)
    lines.push(
      `           ${plural(load.waitedForConnection, 'request')} found every connection busy when due`,
    );
  if (load.limits.length > 0) lines.push(`THE LOAD GENERATOR WAS THE LIMIT: ${load.limits.join(', ')}.`);
  return lines;
}

function verdicts({ verdicts: all }: RunResult): string[] {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.flatMap((verdict) => [
    `${markOf(verdict)} ${verdict.name.padEnd(width)}  ${verdict.detail}`,
    ...verdict.examples.slice(1).map((example) => `${' '.repeat(width + 4)}${example}`),
  ]);
}

/** ✓ holds, ✗ broken, – not checked. */
export function markOf({ ok }: Verdict): string {
  if (ok === null) return '–';
  return ok ? '✓' : '✗';
}

function closing({ files, verdicts: all }: RunResult): string[] {
  const broken = all.filter(({ ok }) => ok === false);
  const unchecked = all.filter(({ ok }) => ok === null).length;
  const lines = [`report     ${files.html}`, `data       ${files.json}`, `journal    ${files.journal}`, ''];
  if (broken.length > 0) return [...lines, ...broken.map(({ name, detail }) => `BROKEN: ${name}: ${detail}`)];
  const rest = unchecked === 0 ? '' : `, ${unchecked} not checked`;
  return [...lines, `PASSED: ${all.length - unchecked} of ${all.length} invariants hold${rest}.`];
}

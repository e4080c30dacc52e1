import { escapeHtml } from '../page/html-text.js';
import { htmlPage, section, warning } from '../page/page.js';
import { tiles } from '../page/tiles.js';
import type { RunResult } from '../run/result.js';
import { conditions } from './conditions.js';
import { countsByCode, duration, integer, plural, sumOf } from './format.js';
import { invariantCount, invariantTable } from './invariants.js';
import { latencyChart } from './latency-chart.js';
import { outcomeTables } from './outcomes.js';
import { stockChart } from './stock-chart.js';
import { describeLoad } from './table.js';
import { throughputChart } from './throughput-chart.js';

/** The report of a run. */
export function runPage(result: RunResult): string {
  const { strategy, passed, startedAt, options, counts, sale, verdicts } = result;
  const goods = `${plural(counts.unitsReceived, 'unit')} of ${plural(sale.items.length, 'item')}`;
  const broken = verdicts.filter(({ ok }) => ok === false).map(({ name }) => name);
  const what = `${goods} for ${plural(Number(options.buyers), 'buyer')}: ${strategy}, ${describeLoad(options)}`;
  return htmlPage(
    `Load report: ${claimOf(result).join(', ')}`,
    {
      kind: 'Holdfast load report',
      claim: claimOf(result),
      good: passed,
      lead: passed ? `Every promise was kept. ${what}.` : `Broken: ${broken.join(', ')}. ${what}.`,
      at: startedAt,
    },
    [
      tilesOf(result),
      limitOf(result),
      section('Stock against time', stockChart(result)),
      section('Offered, accepted and refused a second', throughputChart(result)),
      section('Latency', latencyChart(result)),
      section('Invariants', invariantTable(verdicts)),
      section('Outcomes', outcomeTables(result)),
      section('Conditions', conditions(result)),
    ],
  );
}

/** Such as `100 of 100 sold, 900 refused, 11 of 11 invariants`. */
function claimOf({ counts, verdicts }: RunResult): string[] {
  const undecided = sumOf(counts.undecided);
  return [
    `${integer(counts.unitsAccepted)} of ${integer(counts.unitsReceived)} sold`,
    `${integer(sumOf(counts.refused))} refused`,
    ...(undecided === 0 ? [] : [`${integer(undecided)} without an answer`]),
    invariantCount(verdicts),
  ];
}

function tilesOf({ counts, timing, latency }: RunResult): string {
  const errors = sumOf(counts.undecided) + counts.failedReads;
  const missing = counts.neverSent === 0 ? '' : `, ${integer(counts.neverSent)} planned and not sent`;
  const sold = `${integer(counts.unitsAccepted)} of ${plural(counts.unitsReceived, 'unit')}`;
  const soldOut = timing.soldOutMs === null ? 'units are left' : duration(timing.soldOutMs);
  return tiles([
    { name: 'Accepted', value: integer(counts.accepted), note: sold },
    { name: 'Refused', value: integer(sumOf(counts.refused)), note: countsByCode(counts.refused) },
    { name: 'Errors', value: integer(errors), note: countsByCode(counts.undecided) },
    { name: 'Sold out after', value: soldOut, note: `run ${duration(timing.elapsedMs)}` },
    {
      name: 'Accepted, p99',
      value: duration(latency.accepted.p99),
      note: `median ${duration(latency.accepted.p50)}`,
    },
    {
      name: 'Answers a second',
      value: integer(timing.answersPerSecond),
      note: `${integer(counts.offered)} orders offered${missing}`,
    },
  ]);
}

function limitOf({ harness }: RunResult): string {
  if (harness.limits.length === 0) return '';
  return warning(
    'The load generator was the limit.',
    `It says so of itself: ${escapeHtml(harness.limits.join('; '))}. The verdicts stand; rates and latencies are those of ` +
      'the generator, and the service may be faster.',
  );
}

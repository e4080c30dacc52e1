import {
  badge,
  conditionsTable,
  dataTable,
  duration,
  folded,
  htmlPage,
  integer,
  invariantCount,
  invariantTable,
  section,
  tiles,
} from '#load';
import { failuresOf, type SoakResult } from '../result.js';
import { charts } from './charts.js';
import { amount, change, verdictOf, verdictOfCost } from './format.js';

/** The report of a run: one file, no network. */
export function reportPage(result: SoakResult): string {
  const { passed, startedAt, elapsedMs, faults, orders, verdicts } = result;
  const failures = failuresOf(result);
  const claim = [
    failures.some((failure) => failure.endsWith('grows')) ? 'something grows' : 'nothing grows',
    invariantCount(verdicts),
    `${faults.length} faults`,
  ];
  const what = `${integer(orders)} orders in ${duration(elapsedMs)}, seed ${result.options.seed}`;
  return htmlPage(
    `Soak report: ${claim.join(', ')}`,
    {
      kind: 'Holdfast soak report',
      claim,
      good: passed,
      lead: passed ? `Every promise was kept: ${what}.` : `${failures.join('; ')}. ${what}.`,
      at: startedAt,
    },
    [
      tilesOf(result),
      section('What must not grow', growthTable(result)),
      section('Over time', ...charts(result)),
      section('Invariants', invariantTable(verdicts)),
      section('Faults', faultTable(result)),
      section('Answers', folded('What came back, by route and code', answerTable(result))),
      section('Conditions', conditions(result)),
    ],
  );
}

function tilesOf({ visits, orders, events, streams, faults, costOfAnOrder }: SoakResult): string {
  return tiles([
    { name: 'Visits', value: integer(visits.begun), note: `${integer(visits.turnedAway)} without room` },
    { name: 'Orders', value: integer(orders), note: 'in the record' },
    { name: 'Events', value: integer(events), note: 'that the shop took' },
    { name: 'Streams', value: integer(streams), note: 'opened and closed' },
    { name: 'Faults', value: integer(faults.length), note: 'all of them repaired' },
    {
      name: 'Bytes an order',
      value: amount(costOfAnOrder.quarters.at(-1) ?? NaN, ''),
      note: verdictOfCost(costOfAnOrder),
    },
  ]);
}

function growthTable({ growths, costOfAnOrder }: SoakResult): string {
  const tone = (good: boolean | null) => (good === null ? 'none' : good ? 'good' : 'bad');
  const rows = growths.map((growth) => {
    const { name, unit, before, after, perHour, flat } = growth;
    const figures = [amount(before, unit), amount(after, unit), change(perHour, unit)];
    return [name, ...figures, badge(verdictOf(growth), tone(flat))];
  });
  const { quarters } = costOfAnOrder;
  return (
    dataTable({
      caption: 'The second half of the run: medians of its quarters, and the slope of all samples',
      head: ['measure', 'third quarter', 'last quarter', 'change an hour', 'verdict'],
      rows,
      words: [4],
    }) +
    dataTable({
      caption: 'What one more costs, by quarter',
      head: ['', 'first', 'second', 'third', 'last', 'verdict'],
      rows: [
        [
          costOfAnOrder.name,
          ...quarters.map((value) => amount(value, 'bytes')),
          badge(verdictOfCost(costOfAnOrder), tone(costOfAnOrder.constant)),
        ],
      ],
      words: [5],
    })
  );
}

function faultTable({ faults }: SoakResult): string {
  return dataTable({
    caption: 'Every fault, and how long it took until everything ran again',
    head: ['after', 'fault', 'repaired within'],
    rows: faults.map(({ name, atMs, tookMs }) => [duration(atMs), name, duration(tookMs)]),
    words: [1],
  });
}

function answerTable({ answers }: SoakResult): string {
  return dataTable({
    caption: 'Answers',
    head: ['what', 'how often'],
    rows: Object.entries(answers).map(([what, count]) => [what, integer(count)]),
  });
}

function conditions({ options, machine, versions, files }: SoakResult): string {
  return conditionsTable([
    [
      'options',
      Object.entries(options)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(' · '),
    ],
    ['machine', machine],
    [
      'versions',
      Object.entries(versions)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
    ['journal', files.journal],
  ]);
}

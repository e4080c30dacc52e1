import path from 'node:path';
import { badge, conditionsTable, code, dataTable, type Cell } from '../page/data-table.js';
import { escapeHtml } from '../page/html-text.js';
import { lineChart, type Points } from '../page/line-chart.js';
import { htmlPage, section } from '../page/page.js';
import { linearAxis } from '../page/scale.js';
import type { RunResult } from '../run/result.js';
import { summaryOf } from '../summary.js';
import { machineRows } from './conditions.js';
import { duration, integer, milliseconds, plural, sumOf } from './format.js';
import { LOOKS } from './looks.js';
import { repeatCommand } from './repeat-command.js';
import { describeLoad } from './table.js';

/** What is kept of a run when there are many: all but its course. */
export type RunOutline = Omit<RunResult, 'series' | 'ledger' | 'samples'>;

interface Figure {
  readonly name: string;
  readonly value: (result: RunOutline) => number | null;
  readonly text: (value: number) => string;
}

const FIGURES: readonly Figure[] = [
  { name: 'units sold', value: ({ counts }) => counts.unitsAccepted, text: integer },
  { name: 'refused', value: ({ counts }) => sumOf(counts.refused), text: integer },
  { name: 'errors', value: ({ counts }) => sumOf(counts.undecided) + counts.failedReads, text: integer },
  { name: 'sold out after', value: ({ timing }) => timing.soldOutMs, text: milliseconds },
  { name: 'answers/s', value: ({ timing }) => timing.answersPerSecond, text: integer },
  { name: 'accepted p50', value: ({ latency }) => latency.accepted.p50, text: milliseconds },
  { name: 'accepted p99', value: ({ latency }) => latency.accepted.p99, text: milliseconds },
  { name: 'refused p50', value: ({ latency }) => latency.refused.p50, text: milliseconds },
  { name: 'refused p99', value: ({ latency }) => latency.refused.p99, text: milliseconds },
];

/**
 * The report of several runs: what each came to, and how far they lie apart.
 * @param results at least one
 * @param planned how many there were to be: fewer came to their end when a run was called off
 * @param folder that of the page, from which it refers to the pages of the runs
 */
export function runsPage(results: readonly RunOutline[], planned: number, folder: string): string {
  const [first] = results;
  if (!first) throw new Error('There is no run to report.');
  const passed = results.filter((result) => result.passed).length;
  const good = passed === planned;
  const { strategy, options, startedAt, counts, seed } = first;
  const broken = [...new Set(results.flatMap(brokenOf))];
  const lead = good
    ? 'Every promise was kept in every run.'
    : broken.length === 0
      ? 'Not all runs came to their end.'
      : `Broken: ${broken.join(', ')}.`;
  const what = `${plural(counts.unitsReceived, 'unit')} for ${plural(Number(options.buyers), 'buyer')} each: ${strategy}, ${describeLoad(options)}`;
  return htmlPage(
    `Load report: ${passed} of ${planned} runs passed`,
    {
      kind: 'Holdfast load report',
      claim: [`${passed} of ${planned} runs passed`],
      good,
      lead: `${lead} ${what}.`,
      at: startedAt,
    },
    [
      section('Run by run', runTable(results, folder)),
      section('Spread', latencyChart(results), spreadTable(results)),
      section(
        'Conditions',
        conditionsTable([
          ['To repeat them', code(`${repeatCommand(first)} --runs ${planned}`)],
          ['Seeds', `${seed} and the numbers after it, one for each run`],
          ...machineRows(first),
        ]),
      ),
    ],
  );
}

function brokenOf({ verdicts }: RunOutline): string[] {
  return verdicts.filter(({ ok }) => ok === false).map(({ name }) => name);
}

function runTable(results: readonly RunOutline[], folder: string): string {
  return dataTable({
    caption: 'Each run with its seed; times are in milliseconds',
    head: ['run', 'verdict', 'seed', ...FIGURES.map(({ name }) => name)],
    rows: results.map((result, index) => [
      linkTo(`run\u00a0${index + 1}`, path.relative(folder, result.files.html)),
      result.passed ? badge('✓ passed', 'good') : badge(`✗ ${brokenOf(result).join(', ')}`, 'bad'),
      String(result.seed),
      ...FIGURES.map((figure) => textOf(figure, figure.value(result))),
    ]),
    words: [1],
  });
}

function spreadTable(results: readonly RunOutline[]): string {
  const rows = FIGURES.map((figure) => {
    const values = results.map(figure.value).filter((value) => value !== null);
    const { median, min, max } = summaryOf(values);
    return [
      figure.name,
      ...[min, median, max].map((value) => textOf(figure, values.length === 0 ? null : value)),
    ];
  });
  return dataTable({
    caption: 'Over all runs; times are in milliseconds',
    head: ['', 'least', 'median', 'most'],
    rows,
  });
}

function latencyChart(results: readonly RunOutline[]): string {
  const curve = (value: (result: RunOutline) => number): Points =>
    results.map((result, index) => [index + 1, value(result)] as const);
  const accepted = curve(({ latency }) => latency.accepted.p99);
  const refused = curve(({ latency }) => latency.refused.p99);
  const { min, max } = summaryOf(accepted.map(([, ms]) => ms));
  const last = Math.max(2, results.length);
  return lineChart({
    id: 'runs',
    title: 'p99 of accepted and refused orders, run by run',
    summary: `The p99 of accepted orders lay between ${duration(min)} and ${duration(max)}.`,
    x: {
      label: 'run',
      ticks: results.map((_result, index) => ({ value: index + 1, text: String(index + 1) })),
      position: (run) => (run - 0.5) / last,
    },
    y: linearAxis('p99, ms', {
      max: Math.max(1, ...[...accepted, ...refused].map(([, ms]) => ms)),
      text: integer,
    }),
    series: [
      { name: 'accepted', look: LOOKS.accepted, points: accepted, style: 'line' },
      { name: 'refused', look: LOOKS.refused, points: refused, style: 'line' },
    ],
    describePoint: (name, run, ms) => `${name}, run ${run}: p99 ${duration(ms)}`,
  });
}

function textOf({ text }: Figure, value: number | null): string {
  return value === null ? '–' : text(value);
}

function linkTo(text: string, file: string): Cell {
  const address = file.split(path.sep).map(encodeURIComponent).join('/');
  return { html: `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>` };
}

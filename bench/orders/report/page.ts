import { conditionsTable, escapeHtml, htmlPage, integer, plural, section } from '#load';
import { figureText, markOf, wantedText, type Target } from '../../shared/targets.js';
import { cellOf, describeCell } from '../cell.js';
import { BATCHED, PER_ORDER } from '../contestants.js';
import { PARTS, type PartName } from '../parts.js';
import type { RunRecord } from '../run-record.js';
import { batchChart, latencyChart, throughputCharts } from './charts.js';
import { colourStyle } from './colours.js';
import { processorChart, shareChart } from './part-charts.js';
import { shareOfCeiling } from './share.js';
import { tablesOf } from './table.js';

const STYLE = `
.note { color: var(--soft); font-size: 13.5px; margin: 10px 0 4px; }
.bar-label { fill: var(--ink) !important; } .whisker { stroke: var(--ink); stroke-width: 2; opacity: .55; }
.scroll { overflow-x: auto; } .scroll .numbers { white-space: nowrap; font-size: 13px; }
.targets td:first-child, .targets th:first-child { text-align: left; } .targets .met { color: var(--kept); }
.targets .missed { color: var(--broken); font-weight: 600; } .targets td:last-child { text-align: left; }
.numbers td.words { text-align: left; }
details > summary { cursor: pointer; color: var(--soft); }
@media (min-width: 1200px) { main { max-width: 1160px; } }
`;

/** The report: one file that needs no network, for the screen by day and night and for paper. */
export function reportPage(record: RunRecord): string {
  const { results, options } = record;
  const { connections, crowd } = options;
  const content = [
    header(record),
    warning(record),
    titled('What was to be reached', targetList(record.targets)),
    ...(options.parts.includes('concurrency')
      ? [
          titled('One hot item: orders a second', throughputCharts(results, connections)),
          titled('How long the slowest percent waits', latencyChart(results, connections)),
        ]
      : []),
    titled('What an order costs', processorChart(results, crowd)),
    titled('How many orders share a transaction', batchChart(results, connections)),
    ...options.parts
      .filter((part) => part !== 'concurrency')
      .map((part) => titled(titleOf(part), shareChart(results, part, options))),
    section('Every figure', numbers(record)),
    section('Under which conditions', conditions(record)),
  ];
  return htmlPage('Holdfast benchmark', content.join('\n'), colourStyle() + STYLE);
}

function titled(title: string, content: string): string {
  return content === '' ? '' : section(title, content);
}

function titleOf(part: PartName): string {
  const about = PARTS[part];
  return `${about.charAt(0).toUpperCase()}${about.slice(1)}`;
}

function header({ results, options, measuredAt, machine }: RunRecord): string {
  const failed = results.failures().length > 0;
  const claim = failed ? 'The books do not balance' : claimOf({ results, options });
  return (
    `<header><p class="kind">Holdfast benchmark</p>` +
    `<h1 class="${failed ? 'broken' : 'kept'}"><span class="mark">${failed ? '✗' : '✓'}</span>${escapeHtml(claim)}</h1>` +
    `<p class="lead">${escapeHtml(machine)}</p>` +
    `<p class="when"><time datetime="${measuredAt}">${measuredAt.replace('T', ' ').slice(0, 19)} UTC</time>, ` +
    `${plural(options.rounds, 'round')} of ${options.seconds} s a cell, medians with their spread</p></header>`
  );
}

/** What a reader came for, if it was measured. */
function claimOf({ results, options }: Pick<RunRecord, 'results' | 'options'>): string {
  const cell = cellOf(BATCHED, 'hot-item', options.crowd);
  const share = shareOfCeiling(results, cell)?.median;
  const factor = results.ratio(cell, cellOf(PER_ORDER, 'hot-item', options.crowd), 'perSecond')?.median;
  const claims = [
    ...(share === undefined ? [] : [`${share.toFixed(2)} of the ceiling`]),
    ...(factor === undefined ? [] : [`${factor.toFixed(1)} × one lock for each order`]),
  ];
  return claims.length === 0 ? 'Every book balances' : `Batched: ${claims.join(', ')}`;
}

function warning({ results }: RunRecord): string {
  const lines = results
    .failures()
    .flatMap(({ measured, lines: all }) =>
      all.map((line) => `${describeCell(measured.cell)}, round ${measured.round}: ${line}`),
    );
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  return `<div class="warning"><strong>These figures count for nothing until this is explained.</strong><ul>${items}</ul></div>`;
}

function targetList(targets: readonly Target[]): string {
  const rows = targets
    .filter(({ measured }) => measured !== undefined)
    .map(({ what, wanted, measured = NaN, met }) => {
      const state = met === undefined ? '' : met ? 'met' : 'missed';
      return (
        `<tr><td class="${state}">${markOf(met)}</td><td>${figureText(measured)}</td>` +
        `<td>${escapeHtml(wantedText(wanted))}</td><td>${escapeHtml(what)}</td></tr>`
      );
    });
  if (rows.length === 0) return '';
  const heads = ['', 'measured', 'target', ''].map((text) => `<th scope="col">${text}</th>`).join('');
  return `<div class="scroll"><table class="numbers targets"><tr>${heads}</tr>${rows.join('')}</table></div>`;
}

function numbers({ results, options }: RunRecord): string {
  const tables = tablesOf(results, options).map(({ part, header: names, rows }) => {
    const heads = names.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
    const body = rows.map(([name = '', ...texts]) => {
      const cells = texts.map((text, column) => {
        const words = column === texts.length - 1 ? ' class="words"' : '';
        return `<td${words}>${escapeHtml(text)}</td>`;
      });
      return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
    });
    const caption = `${part}: ${PARTS[part]}`;
    return `<div class="scroll"><table class="numbers"><caption>${escapeHtml(caption)}</caption><tr>${heads}</tr>${body.join('')}</table></div>`;
  });
  return (
    `<details><summary>${plural(tables.length, 'table')}: rates, latencies, batches, processor seconds per 1,000 orders, ` +
    `memory, bytes of write-ahead log and commits an order</summary>${tables.join('')}</details>`
  );
}

function conditions({ machine, versions, command, seed, options, notes }: RunRecord): string {
  return conditionsTable([
    ['Machine', machine],
    [
      'Versions',
      Object.entries(versions)
        .map((one) => one.join(' '))
        .join(', '),
    ],
    ['Command', command],
    ['Seed', String(seed)],
    [
      'Window',
      `${options.seconds} s a cell, ${plural(options.rounds, 'round')}, ${integer(options.crowd)} connections unless said`,
    ],
    ...notes.map((note): [string, string] => ['Note', note]),
  ]);
}

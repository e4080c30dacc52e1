import { writeFileSync } from 'node:fs';
import type { LatencyName, RunResult } from '../run/result.js';
import { latencyChart, stockChart, throughputChart } from './charts.js';
import { countsByCode, duration, integer, milliseconds, percent, plural, sumOf } from './format.js';
import { escapeHtml } from './html-text.js';
import { conditionsTable, htmlPage, section } from './page.js';
import { describeLoad, markOf } from './table.js';

/** Writes the report: one file that needs no network, for the screen by day and night and for paper. */
export function writeHtml(result: RunResult): void {
  writeFileSync(result.files.html, reportPage(result));
}

/** The page as text. */
export function reportPage(result: RunResult): string {
  const title = `Load report: ${result.strategy}, ${result.passed ? 'passed' : 'broken'}`;
  const content = `${header(result)}
${tiles(result)}
${warning(result)}
${section('What was promised', verdictList(result))}
${section('Stock', stockChart(result))}
${section('Orders a second', throughputChart(result))}
${section('Latency', latencyChart(result) + latencyTable(result))}
${section('Under which conditions', conditions(result))}`;
  return htmlPage(title, content);
}

function header(result: RunResult): string {
  const { options, counts, sale, strategy, startedAt, verdicts, passed } = result;
  const broken = verdicts.filter(({ ok }) => ok === false).map(({ name }) => name);
  const goods = `${plural(counts.unitsReceived, 'unit')} of ${plural(sale.items.length, 'item')}`;
  const claim = passed ? 'Every promise was kept' : `Broken: ${broken.join(', ')}`;
  return (
    `<header><p class="kind">Holdfast load report</p>` +
    `<h1 class="${passed ? 'kept' : 'broken'}"><span class="mark">${passed ? '✓' : '✗'}</span>${escapeHtml(claim)}</h1>` +
    `<p class="lead">${escapeHtml(`${goods} for ${plural(Number(options.buyers), 'buyer')}: ${strategy}, ${describeLoad(options)}`)}</p>` +
    `<p class="when"><time datetime="${escapeHtml(startedAt)}">${escapeHtml(startedAt.replace('T', ' ').slice(0, 19))} UTC</time></p></header>`
  );
}

function tiles({ counts, timing, latency }: RunResult): string {
  const refused = sumOf(counts.refused);
  const errors = sumOf(counts.undecided) + counts.failedReads;
  const all: [title: string, value: string, note: string][] = [
    [
      'Accepted',
      integer(counts.accepted),
      `${integer(counts.unitsAccepted)} of ${plural(counts.unitsReceived, 'unit')}`,
    ],
    ['Refused', integer(refused), countsByCode(counts.refused)],
    ['Errors', integer(errors), countsByCode(counts.undecided)],
    [
      'Sold out after',
      timing.soldOutMs === null ? '–' : duration(timing.soldOutMs),
      `run ${duration(timing.elapsedMs)}`,
    ],
    ['Accepted, p99', duration(latency.accepted.p99), `median ${duration(latency.accepted.p50)}`],
    ['Answers a second', integer(timing.answersPerSecond), offeredNote(counts)],
  ];
  const cards = all.map(
    ([title, value, note]) =>
      `<div class="tile"><p class="title">${escapeHtml(title)}</p><p class="value">${escapeHtml(value)}</p><p class="note">${escapeHtml(note)}</p></div>`,
  );
  return `<div class="tiles">${cards.join('')}</div>`;
}

function offeredNote({ offered, neverSent }: RunResult['counts']): string {
  const missing = neverSent === 0 ? '' : `, ${integer(neverSent)} planned and not sent`;
  return `${integer(offered)} orders offered${missing}`;
}

function warning({ harness }: RunResult): string {
  if (harness.limits.length === 0) return '';
  const reasons = escapeHtml(harness.limits.join('; '));
  return (
    `<p class="warning"><strong>The load generator was the limit.</strong> It says so of itself: ${reasons}. ` +
    'The verdicts stand; rates and latencies are those of the generator, and the service may be faster.</p>'
  );
}

function verdictList({ verdicts }: RunResult): string {
  const items = verdicts.map((verdict) => {
    const state = verdict.ok === null ? 'unknown' : verdict.ok ? 'kept' : 'broken';
    const examples = verdict.examples
      .slice(1)
      .map((example) => `<li>${escapeHtml(example)}</li>`)
      .join('');
    return (
      `<li class="${state}"><span class="mark">${markOf(verdict)}</span><div><strong>${escapeHtml(verdict.name)}</strong>` +
      `<p>${escapeHtml(verdict.detail)}</p>${examples === '' ? '' : `<ul class="examples">${examples}</ul>`}</div></li>`
    );
  });
  return `<ul class="verdicts">${items.join('')}</ul>`;
}

function latencyTable({ latency }: RunResult): string {
  const columns = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
  const names = (['accepted', 'refused', 'reads'] satisfies LatencyName[]).filter(
    (name) => latency[name].count > 0,
  );
  const rows = names.map((name) => {
    const cells = columns.map((column) => `<td>${milliseconds(latency[name][column])}</td>`);
    return `<tr><th scope="row">${name}</th><td>${integer(latency[name].count)}</td>${cells.join('')}</tr>`;
  });
  const heads = ['answers', 'p50', 'p90', 'p99', 'p99.9', 'max'].map(
    (text) => `<th scope="col">${text}</th>`,
  );
  return (
    `<table class="numbers"><caption>Milliseconds from the moment the buyer meant to press the button to the answer that ` +
    `settled the order</caption><tr><th scope="col"></th>${heads.join('')}</tr>${rows.join('')}</table>`
  );
}

function conditions(result: RunResult): string {
  const { machine, versions, options, seed, harness, autocannon, failedSamples, sale } = result;
  const rows: [string, string][] = [
    [
      'Machine',
      `${machine.cpu}, ${plural(machine.cores, 'core')}, ${(machine.memory / 2 ** 30).toFixed(0)} GiB, ${machine.platform}`,
    ],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'Options',
      Object.entries(options)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
    ],
    ['Seed', `${seed} (npm run load -- --seed ${seed} makes the same choices)`],
    [
      'Sale',
      `${sale.id}, ${sale.items
        .map(({ sku }) => sku)
        .slice(0, 8)
        .join(', ')}${sale.items.length > 8 ? ', …' : ''}`,
    ],
    ['Load generator', generatorNote(harness)],
    [
      'autocannon',
      `${integer(autocannon.answers)} answers, the probes of the connections included; ${integer(autocannon.errors)} errors`,
    ],
  ];
  if (failedSamples > 0) rows.push(['Reconciliation', `${plural(failedSamples, 'question')} not answered`]);
  return conditionsTable(rows);
}

function generatorNote(harness: RunResult['harness']): string {
  return (
    `event loop ${percent(harness.utilization)} busy, up to ${milliseconds(harness.delayMaxMs)} ms late; ` +
    `${percent(harness.cpuShare)} of a core; requests left at most ${milliseconds(harness.sendLag.max)} ms late ` +
    `(p99 ${milliseconds(harness.sendLag.p99)}); ${integer(harness.waitedForConnection)} found every connection busy when due`
  );
}

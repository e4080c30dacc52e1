import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder } from '#local';
import { measuringCommand, plural, timestamp, type Progress } from '#load';
import { describeMachine, HOME, makeFolder, rounded } from '../shared/output.js';
import { targetTable } from '../shared/targets.js';
import { describeCell } from './cell.js';
import { requireOpenFiles } from './open-files.js';
import { helpPage, parseOptions, type BenchOptions } from './options.js';
import { reportPage } from './report/page.js';
import { printedTables } from './report/table.js';
import type { OrderResults } from './results.js';
import { run, type RunOutcome } from './run.js';
import type { RunRecord } from './run-record.js';
import { targetsOf } from './targets.js';

/** `npm run bench` as a function. It returns 0 when all was measured and every book balances. */
export const runCommand = measuringCommand<BenchOptions>({
  parseOptions,
  helpPage,
  run: (options, progress, signal) => {
    requireOpenFiles(Math.max(options.crowd, ...options.connections));
    return runAndReport(options, progress, signal);
  },
});

async function runAndReport(options: BenchOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const startedAt = new Date();
  const files = filesOf(options); // nobody wants to hear at the end that they cannot be written
  const folder = await openRunFolder(path.resolve(HOME), 'servers');
  let outcome: RunOutcome;
  try {
    progress.print(`Seed ${options.seed}, ${plural(options.rounds, 'round')} of ${options.seconds} s a cell`);
    outcome = await run({ options, folder: folder.path, progress, signal });
  } finally {
    await folder.remove();
  }
  const { results, versions, notes } = outcome;
  const record: RunRecord = {
    measuredAt: startedAt.toISOString(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
    seed: options.seed,
    machine: describeMachine(),
    versions,
    options,
    notes,
    targets: targetsOf(results, options),
    results,
  };
  report(record, files, progress);
  return conclude(results, progress);
}

function report(record: RunRecord, files: Files, progress: Progress): void {
  const { results, targets, options, ...about } = record;
  const data = { ...about, options, targets, cells: results.all };
  writeFileSync(files.json, `${JSON.stringify(data, rounded, 2)}\n`);
  writeFileSync(files.html, reportPage(record));
  progress.print(`\n${printedTables(results, options)}\n\n${targetTable(targets)}\n`);
  const versions = Object.entries(record.versions).map((one) => one.join(' '));
  progress.print([record.machine, ...versions].join(', '));
  for (const note of record.notes) progress.print(note);
  progress.print(`data    ${files.json}\nreport  ${files.html}`);
}

/** Says once more, at the end, what is wrong. */
function conclude(results: OrderResults, progress: Progress): number {
  const failures = results.failures();
  for (const { measured, lines } of failures) {
    for (const line of lines)
      progress.print(`\nERROR: ${describeCell(measured.cell)}, round ${measured.round}: ${line}`);
  }
  return failures.length === 0 ? 0 : 1;
}

interface Files {
  readonly json: string;
  readonly html: string;
}

/** @throws UsageError when they cannot be written */
function filesOf({ output, json, html }: BenchOptions): Files {
  const folder = output ?? path.join(HOME, `orders-${timestamp()}`);
  const place = (option: string, file: string | undefined, name: string): string => {
    if (file === undefined) return path.join(makeFolder('output', folder), name);
    return path.join(makeFolder(option, path.dirname(file)), path.basename(file));
  };
  return { json: place('json', json, 'result.json'), html: place('html', html, 'report.html') };
}

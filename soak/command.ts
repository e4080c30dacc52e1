import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder } from '#local';
import { measuringCommand, messageOf, timestamp, UsageError, type Progress } from '#load';
import { helpPage, parseOptions, type SoakOptions } from './options.js';
import { reportPage } from './report/page.js';
import { resultTable } from './report/table.js';
import type { SoakResult } from './result.js';
import { runSoak } from './run.js';

const HOME = path.join('.data', 'soak');

/** `npm run soak` as a function. It returns 0 when nothing grows and every promise was kept. */
export const runCommand = measuringCommand<SoakOptions>({
  parseOptions,
  helpPage,
  run: async (options, progress, signal) => ((await runAndReport(options, progress, signal)).passed ? 0 : 1),
});

async function runAndReport(
  options: SoakOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<SoakResult> {
  const files = filesOf(options); // nobody wants to hear at the end that they cannot be written
  const folder = await openRunFolder(path.resolve(HOME), 'servers');
  try {
    progress.print(`Seed ${options.seed}, ${options.minutes} minutes, ${options.rate} visitors a second`);
    const result = await runSoak({ options, directory: folder.path, files, progress, signal });
    writeFileSync(files.json, `${JSON.stringify(result, rounded)}\n`);
    writeFileSync(files.html, reportPage(result));
    progress.print(`\n${resultTable(result)}`);
    return result;
  } finally {
    await folder.remove();
  }
}

/** @throws UsageError when the folder cannot be written to, or has a journal already */
function filesOf({ output }: SoakOptions): SoakResult['files'] {
  const folder = path.resolve(output ?? path.join(HOME, timestamp()));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`--output: cannot create ${folder}: ${messageOf(error)}.`);
  }
  const journal = path.join(folder, 'journal.jsonl');
  if (existsSync(journal)) throw new UsageError(`--output: ${folder} has the journal of another run.`);
  return { journal, json: path.join(folder, 'result.json'), html: path.join(folder, 'report.html') };
}

/** For JSON: three digits after the point say enough. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

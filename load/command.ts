import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder } from '#local';
import { timestamp } from './clock.js';
import { messageOf, throwIfAborted, UsageError } from './errors.js';
import { helpPage } from './option-table.js';
import { parseOptions, type LoadOptions } from './options.js';
import { MAX_SEED } from './random.js';
import { writeHtml, writeRunsHtml } from './report/html.js';
import { writeJson } from './report/json.js';
import type { RunOutline } from './report/runs-page.js';
import { resultTable } from './report/table.js';
import { measuringCommand } from './run/measuring-command.js';
import type { Progress } from './run/progress.js';
import type { RunResult } from './run/result.js';
import { runOnce, type RunContext } from './run/run.js';
import { startTarget, type Target } from './target/target.js';

const HOME = path.join('.data', 'load');
const SHOWN_LOG_LINES = 15;

/** `npm run load` as a function. It returns 0 when every invariant of every run holds. */
export const runCommand = measuringCommand<LoadOptions>({
  parseOptions,
  helpPage,
  run: async (options, progress, signal) => ((await runAll(options, progress, signal)) ? 0 : 1),
});

/** @returns whether all runs passed */
async function runAll(options: LoadOptions, progress: Progress, signal: AbortSignal): Promise<boolean> {
  const folder = await openRunFolder(path.resolve(HOME), 'servers');
  try {
    const start = { directory: folder.path, print: (line: string) => progress.print(line), signal };
    return await runAgainst(await startTarget(options.target, start), options, progress, signal);
  } finally {
    await folder.remove();
  }
}

async function runAgainst(
  target: Target,
  options: LoadOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const failed = await repeat(options, target, progress, signal);
    if (target.ended())
      progress.print(`The service ended while the load ran. The end of its log:\n${lastLines(target)}`);
    if (options.runs > 1) progress.print(`\n${options.runs - failed.length} of ${options.runs} runs passed.`);
    if (options.runs > 1) for (const line of failed) progress.print(line);
    return failed.length === 0;
  } catch (error) {
    const log = lastLines(target);
    if (log !== '' && !signal.aborted) progress.print(`The end of the service's log:\n${log}`);
    throw error;
  } finally {
    await target.stop();
  }
}

function lastLines(target: Target): string {
  return target.logs().slice(-SHOWN_LOG_LINES).join('\n');
}

/** @returns a line for each run that failed */
async function repeat(
  options: LoadOptions,
  target: Target,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const folder = path.resolve(options.output ?? path.join(HOME, `${timestamp()}-${target.strategy}`));
  const failed: string[] = [];
  const done: RunOutline[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    throwIfAborted(signal);
    const seed = (options.seed + run) % (MAX_SEED + 1);
    const files = filesOf(options, options.runs === 1 ? folder : path.join(folder, `run-${run + 1}`));
    progress.print(`${options.runs === 1 ? 'Run' : `\nRun ${run + 1} of ${options.runs}`}, seed ${seed}`);
    const context: RunContext = { target, options: { ...options, seed }, files, progress, signal };
    const result = report(await runOnce(context), progress);
    const { series: _series, ledger: _ledger, samples: _samples, ...outline } = result;
    done.push(outline);
    if (options.runs > 1) writeRunsHtml(done, options.runs, folder); // now, for the next may be called off
    const broken = result.verdicts.filter(({ ok }) => ok === false).map(({ name }) => name);
    if (!result.passed) failed.push(`BROKEN with seed ${seed}: ${broken.join(', ')}`);
  }
  return failed;
}

function report(result: RunResult, progress: Progress): RunResult {
  writeJson(result);
  writeHtml(result);
  progress.print(`\n${resultTable(result)}`);
  return result;
}

/** @throws UsageError when the folder cannot be written to, or has a journal already */
function filesOf({ json, html }: LoadOptions, folder: string): RunResult['files'] {
  const files = {
    journal: path.join(folder, 'journal.jsonl'),
    json: json === undefined ? path.join(folder, 'result.json') : path.resolve(json),
    html: html === undefined ? path.join(folder, 'report.html') : path.resolve(html),
  };
  for (const file of Object.values(files)) {
    try {
      mkdirSync(path.dirname(file), { recursive: true });
    } catch (error) {
      throw new UsageError(`Cannot create the folder of ${file}: ${messageOf(error)}.`);
    }
  }
  if (!existsSync(files.journal)) return files;
  throw new UsageError(`${folder} has the journal of another run: name another --output.`);
}

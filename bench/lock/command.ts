import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openRunFolder } from '#local';
import { interruptible, messageOf, Progress, UsageError, type Screen } from '#load';
import { cellsOf } from './measure/cell.js';
import { helpPage, parseOptions, type BenchOptions } from './options.js';
import { peerVersions } from './peers.js';
import { plotOf } from './report/plot.js';
import { tablesOf, targetTable } from './report/table.js';
import { run, type RunOutcome } from './run.js';
import { targetsOf } from './targets.js';

const HOME = path.join('.data', 'bench');

/**
 * `npm run bench:lock` as a function.
 * @returns the exit code: 0 when it could measure, 130 when interrupted, otherwise 1
 */
export async function runCommand(args: readonly string[], screen: Screen): Promise<number> {
  const progress = new Progress(screen);
  return interruptible(progress, async (signal) => {
    const options = parseOptions(args);
    if (!options) {
      progress.print(helpPage());
      return 0;
    }
    requireCells(options);
    return await runAndReport(options, progress, signal);
  });
}

async function runAndReport(options: BenchOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  if (options.out !== undefined) outFolder(options.out); // nobody wants to hear of it at the end
  const folder = await openRunFolder(path.resolve(HOME), 'servers');
  let outcome: RunOutcome;
  try {
    progress.print(
      `Seed ${options.seed}, ${options.rounds} ${options.rounds === 1 ? 'round' : 'rounds'} of ${options.seconds} s a cell`,
    );
    outcome = await run({ options, folder: folder.path, progress, signal });
  } finally {
    await folder.remove();
  }
  const { results } = outcome;
  const targets = targetsOf(results);
  const out = outFolder(options.out ?? path.join(HOME, `lock-${timestamp()}`));
  const files = { json: path.join(out, 'result.json'), plot: path.join(out, 'plot.svg') };
  const about = aboutRun(options, outcome);
  writeFileSync(files.json, `${JSON.stringify({ ...about, targets, cells: results.all }, rounded, 2)}\n`);
  writeFileSync(files.plot, plotOf(results));
  progress.print(`\n${tablesOf(results, options)}\n\n${targetTable(targets)}\n`);
  progress.print(`${about.machine}\ndata  ${files.json}\nplot  ${files.plot}`);
  return results.all.some(({ finding }) => Object.keys(finding.figures).length > 0) ? 0 : 1;
}

function requireCells({ contestants, measurements, heldLocks }: BenchOptions): void {
  const cells = contestants.flatMap((name) => cellsOf(name, heldLocks));
  if (cells.some(({ measurement }) => measurements.includes(measurement))) return;
  throw new UsageError(
    `Nothing is left to measure: ${contestants.join(', ')} has no ${measurements.join(', ')}.`,
  );
}

function aboutRun(options: BenchOptions, { redisVersion }: RunOutcome) {
  const cpu = os.cpus();
  const machine =
    `${cpu.length} × ${cpu[0]?.model.trim() ?? 'unknown processor'}, ${os.type()} ${os.release()}, ` +
    `Node ${process.versions.node}, Redis ${redisVersion}`;
  return { measuredAt: new Date().toISOString(), machine, peers: peerVersions(), options };
}

/** @throws UsageError when it cannot be written to */
function outFolder(folder: string): string {
  const resolved = path.resolve(folder);
  try {
    mkdirSync(resolved, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out: cannot create ${resolved}: ${messageOf(error)}.`);
  }
  return resolved;
}

/** Local time to the second, in a form that sorts and is a file name everywhere. */
function timestamp(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

/** Errors that a person can put right are one line; anything else is a bug and shows where it happened. */

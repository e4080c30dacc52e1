import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder } from '#local';
import { measuringCommand, timestamp, UsageError, type Progress } from '#load';
import { describeMachine, HOME, makeFolder, rounded } from '../shared/output.js';
import { targetTable } from '../shared/targets.js';
import { cellsOf } from './measure/cell.js';
import { helpPage, parseOptions, type BenchOptions } from './options.js';
import { peerVersions } from './peers.js';
import { plotOf } from './report/plot.js';
import { tablesOf } from './report/table.js';
import { run, type RunOutcome } from './run.js';
import { targetsOf } from './targets.js';

/** `npm run bench:lock` as a function. It returns 0 when it could measure. */
export const runCommand = measuringCommand<BenchOptions>({
  parseOptions,
  helpPage,
  run: (options, progress, signal) => {
    requireCells(options);
    return runAndReport(options, progress, signal);
  },
});

async function runAndReport(options: BenchOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  if (options.out !== undefined) makeFolder('out', options.out); // nobody wants to hear of it at the end
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
  const out = makeFolder('out', options.out ?? path.join(HOME, `lock-${timestamp()}`));
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
  const machine = `${describeMachine()}, Redis ${redisVersion}`;
  return { measuredAt: new Date().toISOString(), machine, peers: peerVersions(), options };
}

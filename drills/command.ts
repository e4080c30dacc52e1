import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder } from '#local';
import { measuringCommand, timestamp, UsageError, type Progress } from '#load';
import { drillLines, helpPage, parseOptions, type DrillOptions } from './options.js';
import { rehearse, type DrillResult } from './rehearsal.js';
import { conclusion, drillReport } from './report.js';

const HOME = path.join('.data', 'drills');

/** `npm run drill` as a function. It returns 0 when everything held in every drill. */
export const runCommand = measuringCommand<DrillOptions>({
  parseOptions,
  helpPage,
  run: async (options, progress, signal) => {
    if (options.list) {
      for (const line of drillLines()) progress.print(line);
      return 0;
    }
    const results = await rehearseAll(options, progress, signal);
    return results.every(({ passed }) => passed) ? 0 : 1;
  },
});

async function rehearseAll(
  options: DrillOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<DrillResult[]> {
  const output = path.resolve(HOME, timestamp());
  const json = options.json === undefined ? path.join(output, 'result.json') : path.resolve(options.json);
  makeFolder(path.dirname(json));
  const results: DrillResult[] = [];
  for (const drill of options.drills) {
    progress.print(`${drill.name}: ${drill.about}, seed ${options.seed}`);
    const folder = await openRunFolder(path.resolve(HOME), 'servers');
    try {
      const directory = folder.path;
      const result = await rehearse(drill, {
        options,
        directory,
        output: path.join(output, drill.name),
        progress,
        signal,
      });
      progress.print(`${drillReport(result)}\n`);
      results.push(result);
      writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`); // now, for the next may be called off
    } finally {
      await folder.remove();
    }
  }
  if (results.length > 1) for (const result of results) progress.print(conclusion(result));
  return results;
}

/** @throws UsageError when it cannot be made */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`Cannot create the folder ${folder}: ${(error as Error).message}.`);
  }
}

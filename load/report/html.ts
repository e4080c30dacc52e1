import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunResult } from '../run/result.js';
import { runPage } from './run-page.js';
import { runsPage, type RunOutline } from './runs-page.js';

/** Writes the report of a run where its files say. */
export function writeHtml(result: RunResult): void {
  writeFileSync(result.files.html, runPage(result));
}

/** Writes the report of several runs into the folder that theirs are in. */
export function writeRunsHtml(runs: readonly RunOutline[], planned: number, folder: string): void {
  writeFileSync(path.join(folder, 'report.html'), runsPage(runs, planned, folder));
}

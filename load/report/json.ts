import { writeFileSync } from 'node:fs';
import type { RunResult } from '../run/result.js';

/** Writes the whole result, indented, numbers cut to a thousandth. */
export function writeJson(result: RunResult): void {
  const text = JSON.stringify(
    result,
    (_key, value: unknown) => (typeof value === 'number' ? cut(value) : value),
    2,
  );
  writeFileSync(result.files.json, `${text}\n`);
}

function cut(value: number): number {
  return Math.round(value * 1000) / 1000;
}

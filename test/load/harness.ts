import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '../../load/command.js';
import type { RunResult } from '../../load/run/result.js';
import { ADMIN_KEY, type Shop } from '../support/shop.js';

/** What one invocation of the harness printed and wrote. */
export interface HarnessRun {
  readonly exitCode: number;
  readonly output: string;
  readonly folder: string;
  readonly lastLine: string;
  readonly result: () => RunResult;
  readonly remove: () => void;
}

/** Runs the harness in this process, its files in a folder of its own. */
export async function runHarness(...args: string[]): Promise<HarnessRun> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'load-'));
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const exitCode = await runCommand([...args, '--output', folder], { isTerminal: false, write });
  return {
    exitCode,
    output,
    folder,
    lastLine: output.trimEnd().split('\n').at(-1) ?? '',
    result: () => JSON.parse(readFileSync(path.join(folder, 'result.json'), 'utf8')) as RunResult,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The arguments that attach the harness to a shop, its database included. */
export function attachedTo(shop: Shop): string[] {
  return [...attachedFromOutside(shop), '--database-url', shop.databaseUrl];
}

/** The arguments that attach the harness to a shop whose database it cannot see. */
export function attachedFromOutside(shop: Shop): string[] {
  return ['--url', shop.service.url, '--admin-key', ADMIN_KEY];
}

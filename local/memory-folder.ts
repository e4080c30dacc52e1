import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LocalProgram } from './program.js';

/** Linux' own file system in memory. */
const MEMORY = '/dev/shm';

/**
 * For data that is thrown away: in memory where there is a place for it, since a store that waits for the disk with every
 * write need not then.
 */
export function folderInMemory(name: string): string {
  return mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : os.tmpdir(), `holdfast-${name}-`));
}

/** The folder goes when the program is stopped. */
export function removing<Program extends LocalProgram>(program: Program, folder: string): Program {
  const stop = async (): Promise<void> => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...program, stop };
}

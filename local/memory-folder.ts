import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LocalProgram } from './program.js';

/** Linux' own file system in memory. */
const MEMORY = '/dev/shm';

/** What has to be free there, and in the machine, several times what a run of all tests takes. Containers often have 64 MB. */
const ROOM_BYTES = 2 * 2 ** 30;

/**
 * For data that is thrown away: in memory where there is room for it, since a store that waits for the disk with every
 * write need not then.
 */
export function folderInMemory(name: string): string {
  return mkdtempSync(path.join(memoryOr(os.tmpdir()), `holdfast-${name}-`));
}

/** The file system in memory where it has room, or `folder`, be it on a disk or in memory already. */
export function memoryOr(folder: string): string {
  if (folder.startsWith(`${MEMORY}/`)) return folder;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, process.availableMemory()) < ROOM_BYTES ? folder : MEMORY;
  } catch {
    return folder; // another system, without one
  }
}

/** The folder goes when the program is stopped. */
export function removing<Program extends LocalProgram>(program: Program, folder: string): Program {
  const stop = async (): Promise<void> => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...program, stop };
}

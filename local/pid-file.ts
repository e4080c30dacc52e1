import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, startTimeOf } from './processes.js';

export interface NamedProcess {
  readonly pid: number;
  readonly note: string;
}

/** Writes which process it is, so that a later run finds it again, or knows that the number now means another one. */
export function writePidFile(file: string, pid: number, note = ''): void {
  const complete = `${file}.${process.pid}`;
  writeFileSync(complete, contents(pid, note));
  renameSync(complete, file); // a reader never sees half of it
}

/**
 * Writes the file for this process unless it names another one that still lives.
 * @returns that other process
 */
export function claimPidFile(file: string, note = ''): NamedProcess | undefined {
  const complete = `${file}.${process.pid}`;
  writeFileSync(complete, contents(process.pid, note));
  try {
    for (;;) {
      if (tryLink(complete, file)) return undefined;
      const owner = readPidFile(file);
      if (owner) return owner;
      rmSync(file, { force: true }); // its process is gone
    }
  } finally {
    rmSync(complete, { force: true });
  }
}

/** The process that `file` names, if that very process still lives. */
export function readPidFile(file: string): NamedProcess | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [number = '', startTime = '', note = ''] = text.split('\n');
  const pid = Number(number);
  const same = Number.isInteger(pid) && pid > 0 && isAlive(pid) && startTimeOf(pid) === startTime;
  return same ? { pid, note } : undefined;
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

function contents(pid: number, note: string): string {
  return `${pid}\n${startTimeOf(pid)}\n${note}\n`;
}

/** link(2) fails when the name exists: of two that claim at once, one gets it. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

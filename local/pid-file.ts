import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, startTimeOf } from './processes.js';

/** Writes which process it is, so that a later run finds it again, or knows that the number now means another one. */
export function writePidFile(file: string, pid: number, note = ''): void {
  writeFileSync(file, `${pid}\n${startTimeOf(pid)}\n${note}\n`);
}

/** The process that `file` names, if that very process still lives. */
export function readPidFile(file: string): { pid: number; note: string } | undefined {
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

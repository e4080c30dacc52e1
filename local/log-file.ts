import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

const KEPT_BYTES = 10_000_000;

/** Opens a log for appending; one that has grown past 10 MB begins anew. Close the descriptor once it is handed on. */
export function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openSync(file, size > KEPT_BYTES ? 'w' : 'a', 0o600);
}

export function closeLog(descriptor: number): void {
  closeSync(descriptor);
}

/** The end of a log from `fromByte` on, at most `lines` lines. */
export function tailOf(file: string, { lines = 15, fromByte = 0 } = {}): string {
  try {
    const text = readFileSync(file).subarray(fromByte).toString('utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

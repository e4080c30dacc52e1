import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

const KEPT_BYTES = 10_000_000;

/** A log open for appending, to be handed to a program. */
export interface OpenLog {
  readonly descriptor: number;
  /** Where this program's lines begin. */
  readonly startByte: number;
  /** The program keeps writing; this process need not keep it open. */
  close(): void;
}

/** One that has grown past 10 MB begins anew. */
export function openLog(file: string): OpenLog {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const renewed = size > KEPT_BYTES;
  const descriptor = openSync(file, renewed ? 'w' : 'a', 0o600);
  return { descriptor, startByte: renewed ? 0 : size, close: () => closeSync(descriptor) };
}

/** The last lines of a log, none of those before `fromByte`. */
export function tailOf(file: string, { lines = 15, fromByte = 0 } = {}): string {
  try {
    const text = readFileSync(file).subarray(fromByte).toString('utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

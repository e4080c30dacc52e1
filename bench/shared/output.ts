import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { messageOf, UsageError } from '#load';

/** Where benchmarks keep what they write, unless they are told otherwise. */
export const HOME = path.join('.data', 'bench');

/** @returns its absolute path, made. @throws UsageError naming the option when it cannot be written to */
export function makeFolder(option: string, folder: string): string {
  const resolved = path.resolve(folder);
  try {
    mkdirSync(resolved, { recursive: true });
  } catch (error) {
    throw new UsageError(`--${option}: cannot create ${resolved}: ${messageOf(error)}.`);
  }
  return resolved;
}

/** For JSON: three digits after the point say enough. */
export function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

/** Such as `2 × Some Processor, Linux 6.1, Node 24.1.0`. */
export function describeMachine(): string {
  const cpu = os.cpus();
  const model = cpu[0]?.model.trim() ?? 'unknown processor';
  return `${cpu.length} × ${model}, ${os.type()} ${os.release()}, Node ${process.versions.node}`;
}

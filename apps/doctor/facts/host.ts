import { existsSync, readFileSync, statfsSync } from 'node:fs';

/** What this host allows. Each undefined where it cannot be known. */
export interface HostFacts {
  readonly node: string;
  readonly openFiles: number | undefined;
  /** Of the disk that PostgreSQL writes to, where it is on this host; bytes. */
  readonly freeDisk: number | undefined;
}

export function readHost(dataDirectory: string | undefined): HostFacts {
  return { node: process.versions.node, openFiles: openFiles(), freeDisk: freeDisk(dataDirectory) };
}

function openFiles(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]; // Node raises its own to that
    return hard === 'unlimited' ? Infinity : hard === undefined ? undefined : Number(hard);
  } catch {
    return undefined;
  }
}

function freeDisk(dataDirectory: string | undefined): number | undefined {
  if (dataDirectory === undefined || !existsSync(dataDirectory)) return undefined;
  try {
    const { bavail, bsize } = statfsSync(dataDirectory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

const TIMEOUT_MS = 3_000;

export interface ProcessFigures {
  /** Resident memory, in megabytes. */
  readonly rssMb: number | undefined;
  /** Open files, sockets among them. */
  readonly handles: number | undefined;
}

/** Of a process that may have ended; each undefined where there is no /proc. */
export function processFigures(pid: number): ProcessFigures {
  return { rssMb: residentMb(pid), handles: attempt(() => readdirSync(`/proc/${pid}/fd`).length) };
}

function residentMb(pid: number): number | undefined {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8'));
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** Of a service, in megabytes; undefined where it does not answer. */
export async function heapMb(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const bytes = /^holdfast_nodejs_heap_size_used_bytes (\S+)/m.exec(await response.text())?.[1];
    return bytes === undefined ? undefined : Number(bytes) / 1024 / 1024;
  } catch {
    return undefined;
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

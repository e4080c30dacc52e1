import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its own clock does. */
const TICKS_PER_SECOND = 100;
const PEAK_MEMORY_RESET = '5'; // proc(5), clear_refs

interface ProcessStat {
  readonly parent: number;
  /** Its own time and that of its children that have ended. */
  readonly cpuSec: number;
}

/** @returns processor time of these processes and of all below them, in seconds; undefined where there is no /proc */
export function cpuSecondsOf(pids: readonly number[]): number | undefined {
  const stats = readAll();
  if (!stats) return undefined;
  const wanted = new Set(pids);
  for (let grown = true; grown;) {
    const before = wanted.size;
    for (const [pid, { parent }] of stats) if (wanted.has(parent)) wanted.add(pid);
    grown = wanted.size > before;
  }
  let sum = 0;
  for (const pid of wanted) sum += stats.get(pid)?.cpuSec ?? 0;
  return sum;
}

/** From now on `peakMemoryOf` knows nothing of what was before. */
export function resetPeakMemory(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, PEAK_MEMORY_RESET);
    } catch {
      // not Linux, or not allowed: the peak is then that of the whole life of the process
    }
  }
}

/** @returns megabytes, the sum over the processes; undefined where it cannot be known */
export function peakMemoryOf(pids: readonly number[]): number | undefined {
  let kilobytes = 0;
  for (const pid of pids) {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1];
    if (peak === undefined) return undefined;
    kilobytes += Number(peak);
  }
  return kilobytes / 1024;
}

function readAll(): Map<number, ProcessStat> | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const stats = new Map<number, ProcessStat>();
  for (const name of names) {
    const text = readText(`/proc/${name}/stat`);
    if (text !== undefined) stats.set(Number(name), statOf(text));
  }
  return stats.size === 0 ? undefined : stats;
}

/** Of a line of /proc/<pid>/stat, see proc(5). */
export function statOf(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name in parentheses may hold anything
  const [parent = '0'] = fields.slice(1);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0); // utime, stime, cutime, cstime
  return { parent: Number(parent), cpuSec: ticks / TICKS_PER_SECOND };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // it has ended meanwhile
  }
}

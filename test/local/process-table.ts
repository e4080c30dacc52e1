import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly ended: boolean;
}

/** Every process that `pid` started, directly or through others, and that has not ended. */
export function descendantsOf(pid: number): number[] {
  const entries = readTable().filter((entry) => !entry.ended);
  const found = [pid];
  for (const parent of found) {
    found.push(...entries.filter((entry) => entry.parent === parent).map((entry) => entry.pid));
  }
  return found.slice(1);
}

/** Those of `pids` that still run; one that ended and was not collected by its parent does not. */
export function runningOf(pids: readonly number[]): number[] {
  const running = new Set(
    readTable()
      .filter((entry) => !entry.ended)
      .map((entry) => entry.pid),
  );
  return pids.filter((pid) => running.has(pid));
}

function readTable(): Entry[] {
  return process.platform === 'linux' ? readProc() : readPs();
}

function readProc(): Entry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(parent), ended: state === 'Z' }];
      } catch {
        return []; // it ended while the table was being read
      }
    });
}

function readPs(): Entry[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), ended: state.startsWith('Z') };
  });
}

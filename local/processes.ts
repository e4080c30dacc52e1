import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { holdsWithin, sleep } from './wait.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A signal, and how long its receiver has before the next one follows. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly withinMs: number;
}

/**
 * A program in a process group of its own: Ctrl-C in the terminal reaches its launcher alone, which can then stop its
 * programs one after another, each when nothing uses it any more.
 */
export class DetachedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  private exit: Exit | undefined;

  private constructor(child: ChildProcess, pid: number) {
    this.child = child;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  /** @throws the error of spawn(2), such as ENOENT */
  static async spawn(command: string, args: string[], options: SpawnOptions): Promise<DetachedProcess> {
    const child = spawn(command, args, { ...options, detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', () => resolve());
      child.once('error', reject);
    });
    child.on('error', () => undefined); // a signal that could not be sent; `exited` tells what became of it
    return new DetachedProcess(child, child.pid as number);
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Sends each signal in turn until the process has ended; SIGKILL is the last of them, whatever `steps` says. */
  async stop(steps: readonly StopStep[]): Promise<Exit> {
    for (const { signal, withinMs } of steps) {
      if (!this.running) break;
      this.signal(signal);
      await Promise.race([this.exited, sleep(withinMs, undefined, { ref: false })]);
    }
    this.signal('SIGKILL');
    return this.exited;
  }

  kill(): Promise<Exit> {
    return this.stop([]);
  }
}

/** Stops a process that is no child of this one; SIGKILL is the last resort. @returns whether it is gone */
export async function stopProcess(pid: number, steps: readonly StopStep[]): Promise<boolean> {
  for (const { signal, withinMs } of [...steps, { signal: 'SIGKILL', withinMs: 5_000 } as const]) {
    if (!isAlive(pid)) return true;
    try {
      process.kill(pid, signal);
    } catch {
      return !isAlive(pid);
    }
    if (await holdsWithin(() => !isAlive(pid), { withinMs })) return true;
  }
  return !isAlive(pid);
}

/** Whether a process of this number exists and has not merely been left unreaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return procStat(pid)?.[0] !== 'Z';
}

/** The command line of a process, or '' when it cannot be read. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ps(pid, 'args=');
  }
}

/** When the process began, as an opaque text; with the number it names one process, though numbers are given again. */
export function startTimeOf(pid: number): string {
  const ticks = procStat(pid)?.[19]; // field 22 of /proc/<pid>/stat; the two before the state are cut off
  return ticks ?? ps(pid, 'lstart=');
}

function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name in parentheses may hold anything
  } catch {
    return undefined;
  }
}

function ps(pid: number, format: string): string {
  const result = spawnSync('ps', ['-p', String(pid), '-o', format], { encoding: 'utf8' });
  return typeof result.stdout === 'string' ? result.stdout.trim() : '';
}

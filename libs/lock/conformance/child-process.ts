import { fork, type ChildProcess } from 'node:child_process';
import type { ChildProvider } from './subject.js';

/** What a child is asked to do. */
export type ChildTask =
  | { do: 'count'; resource: string; times: number; folder: string }
  | { do: 'hold'; resource: string; leaseMs: number; permits?: number }
  | { do: 'block'; resource: string; leaseMs: number; blockMs: number }
  | { do: 'wait'; resource: string; waiters: number };

/** What it says; each kind once, in this order. */
export interface ChildReports {
  /** Its provider is open, and connected. */
  ready: Record<string, never>;
  /** `hold`, `block`: it holds the lock. */
  held: { fence: number };
  /** `hold`: it was asked to write; `block`: it woke up and writes. */
  write: { fence: number; aborted: boolean };
  /** `wait`: its first waiter was refused. */
  waiting: Record<string, never>;
  /** `wait`: it was told to go on, and counts its commands from then. */
  counting: Record<string, never>;
  /** `count`, `wait`: all is done. */
  done: { acquires: number; fences: number[] };
}

export interface ChildOrders {
  provider: ChildProvider;
  task: ChildTask;
}

/** The compiled program, also when this file runs from its source. */
function program(): string {
  const here = import.meta.url;
  const source = here.endsWith('.ts');
  return new URL(source ? '../../../dist/libs/lock/conformance/child.js' : './child.js', here).pathname;
}

/** Another process with a provider of its own. */
export class ConformanceChild {
  private readonly child: ChildProcess;
  private readonly reports = new Map<string, unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly exited: Promise<void>;
  private ended: string | undefined;

  constructor(orders: ChildOrders) {
    this.child = fork(program(), [JSON.stringify(orders)], { execArgv: [] });
    this.child.on('message', (message) => {
      const { kind, ...report } = message as { kind: string };
      this.reports.set(kind, report);
      this.notify();
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.ended = signal ?? `exit ${code}`;
        this.notify();
        resolve();
      });
    });
  }

  /** @throws when the process ends without having said it, or within the time does not */
  async report<Kind extends keyof ChildReports>(
    kind: Kind,
    { withinMs = 60_000 } = {},
  ): Promise<ChildReports[Kind]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const report = this.reports.get(kind);
        if (report !== undefined) resolve(report as ChildReports[Kind]);
        else if (this.ended) reject(new Error(`The child ended (${this.ended}) before it said "${kind}".`));
        else return;
        clearTimeout(late);
        this.listeners.delete(look);
      };
      const late = setTimeout(
        () => reject(new Error(`The child did not say "${kind}" in ${withinMs / 1_000} s.`)),
        withinMs,
      );
      this.listeners.add(look);
      look();
    });
  }

  /** Lets it go on: begin its task, or write. */
  order(what: 'go' | 'write'): void {
    this.child.send({ what });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** SIGKILL, and waits for its end. */
  async kill(): Promise<void> {
    if (this.ended === undefined) this.child.kill('SIGKILL');
    await this.exited;
  }

  private notify(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

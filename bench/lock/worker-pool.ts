import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Servers } from './contestants/contestant.js';
import { STAND_INS } from './peers.js';
import type { Answer, CallName, WorkerCalls } from './worker-protocol.js';

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url));
const CALL_MS = 60_000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A child process that measures; it ends with this one. */
export class Worker {
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private calls = 0;
  private ended = false;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (answer: Answer) => this.settle(answer));
    child.once('exit', (code, signal) => {
      this.ended = true;
      const error = new Error(`A measuring process ended (${signal ?? `exit code ${code ?? 'none'}`}).`);
      for (const { reject } of this.pending.values()) reject(error);
      this.pending.clear();
    });
    child.on('error', () => undefined); // a signal or call that could not be sent: its end tells
  }

  static async start(servers: Servers): Promise<Worker> {
    const child = fork(PROGRAM, {
      serialization: 'advanced',
      execArgv: ['--expose-gc'],
      env: { ...process.env, NODE_PATH: STAND_INS, NODE_ENV: 'production' },
    });
    const worker = new Worker(child);
    try {
      await worker.call('configure', servers);
    } catch (error) {
      await worker.kill();
      throw error;
    }
    return worker;
  }

  /** @throws Error what went wrong there, that it ended, or that it has not answered within `withinMs` */
  async call<Name extends CallName>(
    name: Name,
    asked: WorkerCalls[Name]['asked'],
    withinMs = CALL_MS,
  ): Promise<WorkerCalls[Name]['answered']> {
    if (this.ended) throw new Error('The measuring process has ended.');
    this.calls += 1;
    const id = this.calls;
    let timer: NodeJS.Timeout | undefined;
    try {
      const value = await new Promise<unknown>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(new Error(`${name}: no end within ${Math.round(withinMs)} ms.`)),
          withinMs,
        );
        this.child.send({ id, name, asked });
      });
      return value as WorkerCalls[Name]['answered'];
    } finally {
      clearTimeout(timer);
      this.pending.delete(id);
    }
  }

  /** At once: what it holds is left to the leases. */
  async kill(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  private settle(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    if ('error' in answer) pending?.reject(new Error(answer.error));
    else pending?.resolve(answer.value);
  }
}

/** The workers of a run, started when they are first needed and kept, so that a cell costs no start. */
export class WorkerPool {
  private readonly servers: Servers;
  private readonly workers: Worker[] = [];
  private readonly extra = new Set<Worker>();
  private closed = false;

  constructor(servers: Servers) {
    this.servers = servers;
  }

  /** The first `count` of them. */
  async take(count: number): Promise<Worker[]> {
    while (this.workers.length < count) this.workers.push(await this.start());
    return this.workers.slice(0, count);
  }

  /** One of its own for `work`, killed afterwards. */
  async withFresh<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
    const worker = await this.start();
    this.extra.add(worker);
    try {
      return await work(worker);
    } finally {
      this.extra.delete(worker);
      await worker.kill();
    }
  }

  /** After a cell that did not end: its waiters would disturb the next. */
  async restart(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.kill()));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.workers.splice(0), ...this.extra].map((worker) => worker.kill()));
  }

  private async start(): Promise<Worker> {
    const worker = await Worker.start(this.servers);
    if (!this.closed) return worker;
    await worker.kill();
    throw new Error('The run has ended.');
  }
}

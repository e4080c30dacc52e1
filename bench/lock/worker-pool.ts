import { MeasuringProcess } from '../shared/measuring-process.js';
import type { Servers } from './contestants/contestant.js';
import { STAND_INS } from './peers.js';
import type { WorkerCalls } from './worker-protocol.js';

const PROGRAM = new URL('worker.js', import.meta.url);

/** A process that measures; what it holds when it is killed is left to the leases. */
export type Worker = MeasuringProcess<WorkerCalls>;

async function startWorker(servers: Servers): Promise<Worker> {
  const worker: Worker = new MeasuringProcess(PROGRAM, {
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_PATH: STAND_INS },
  });
  try {
    await worker.call('configure', servers);
  } catch (error) {
    await worker.kill();
    throw error;
  }
  return worker;
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
    const worker = await startWorker(this.servers);
    if (!this.closed) return worker;
    await worker.kill();
    throw new Error('The run has ended.');
  }
}

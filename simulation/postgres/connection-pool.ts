import { Connection, type ConnectionEnds } from './connection.js';
import type { Answer } from './session.js';
import type { Timer } from '../time/scheduler.js';

const CONNECT_TIMEOUT_MS = 5_000;

interface Waiting {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: Error) => void;
  readonly timeout: Timer;
}

/** What the service uses of pg's pool: connections up to a number, handed out again, and waited for with a limit. */
export class ConnectionPool {
  private readonly ends: ConnectionEnds;
  private readonly size: number;
  private readonly connections = new Set<Connection>();
  private readonly idle: Connection[] = [];
  private readonly waiting = new Set<Waiting>();

  constructor(ends: ConnectionEnds, size: number) {
    this.ends = ends;
    this.size = size;
  }

  async connect(): Promise<Connection> {
    for (let idle = this.idle.pop(); idle; idle = this.idle.pop()) {
      if (!idle.broken) return idle;
      this.connections.delete(idle);
    }
    if (this.connections.size < this.size) return this.open();
    return new Promise((resolve, reject) => {
      const { scheduler, process } = this.ends;
      const timeout = scheduler.after(CONNECT_TIMEOUT_MS, process, () => {
        this.waiting.delete(waiting);
        reject(new Error('timeout exceeded when trying to connect'));
      });
      const waiting: Waiting = { resolve, reject, timeout };
      this.waiting.add(waiting);
    });
  }

  async query(config: Parameters<Connection['query']>[0]): Promise<Answer> {
    const connection = await this.connect();
    try {
      return await connection.query(config);
    } finally {
      connection.release(connection.broken);
    }
  }

  /** All connections of the process, at once. */
  loseAll(late: number): void {
    for (const connection of [...this.connections])
      connection.lose(late * this.ends.process.random.fraction());
  }

  private async open(): Promise<Connection> {
    const { server, network, scheduler, process } = this.ends;
    const connection = new Connection(this.ends, (released, error) => this.takeBack(released, error));
    this.connections.add(connection);
    await new Promise<void>((resolve) => {
      scheduler.after(2 * network.delayOf(process)(), process, resolve);
    });
    if (server.isUp && !connection.broken) return connection;
    this.remove(connection);
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  }

  private takeBack(connection: Connection, error?: Error | boolean): void {
    if (error || connection.broken) {
      this.remove(connection);
      return;
    }
    const [next] = this.waiting;
    if (!next) {
      this.idle.push(connection);
      return;
    }
    this.stopWaiting(next);
    next.resolve(connection);
  }

  /** Whoever waits for one gets a new one in its place. */
  private remove(connection: Connection): void {
    connection.close();
    this.connections.delete(connection);
    const [next] = this.waiting;
    if (!next) return;
    this.stopWaiting(next);
    void this.open().then(next.resolve, next.reject);
  }

  private stopWaiting(waiting: Waiting): void {
    this.waiting.delete(waiting);
    waiting.timeout.isCancelled = true;
  }
}

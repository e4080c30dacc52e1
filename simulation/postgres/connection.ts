import type { Network } from '../network/network.js';
import { Wire } from '../network/wire.js';
import type { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import type { PostgresServer } from './postgres-server.js';
import type { Answer, Query, Session } from './session.js';

/** As pg's `query_timeout`, which the service sets. */
const QUERY_TIMEOUT_MS = 2_000;

/** What a process does at these moments may be its last: a fault waits for it there. */
export type Moment = 'begin' | 'claim' | 'write' | 'commit' | 'committed' | 'granted' | 'release';

export interface ConnectionEnds {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly server: PostgresServer;
  readonly process: Actor;
  /** Hears what the process is about to send or has just heard. */
  readonly onMoment: (moment: Moment) => void;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

type QueryConfig =
  string | { readonly text: string; readonly name?: string; readonly values?: readonly unknown[] };

/** The driver's side of a connection, with what the service uses of pg's client. */
export class Connection {
  readonly ends: ConnectionEnds;
  /** Why nothing can be asked any longer. */
  broken: Error | undefined;
  private readonly session: Session;
  private readonly there: Wire;
  private readonly back: Wire;
  private readonly pending = new Set<Pending>();
  private readonly onRelease: (connection: Connection, error?: Error | boolean) => void;

  constructor(ends: ConnectionEnds, onRelease: (connection: Connection, error?: Error | boolean) => void) {
    this.ends = ends;
    this.onRelease = onRelease;
    const delay = ends.network.delayOf(ends.process);
    this.there = new Wire(ends.scheduler, ends.process, ends.server.actor, delay);
    this.back = new Wire(ends.scheduler, ends.server.actor, ends.process, delay);
    this.session = ends.server.open(() =>
      this.back.send(() => this.break('Connection terminated unexpectedly')),
    );
  }

  query(config: QueryConfig): Promise<Answer> {
    const { text, name, values = [] } = typeof config === 'string' ? { text: config } : config;
    if (this.broken) {
      const message = 'Client has encountered a connection error and is not queryable';
      return Promise.reject(new Error(message, { cause: this.broken }));
    }
    const isTransaction = name !== undefined || text === 'BEGIN' || text === 'COMMIT';
    return new Promise((resolve, reject) => {
      this.ask({ text, name, values }, { resolve, reject });
      if (isTransaction) this.ends.onMoment(momentOf(name ?? text));
    });
  }

  on(): void {
    // an error of the connection is heard by the query under way
  }

  removeListener(): void {
    // as above
  }

  release(error?: Error | boolean): void {
    this.onRelease(this, error);
  }

  /** The process closes it, or is gone; what it has sent arrives. */
  close(): void {
    this.break('Connection terminated');
    this.there.send(() => this.session.close());
    this.there.cut();
  }

  /** It is lost on the way. @param late by how much what was sent last comes later to the server */
  lose(late: number): void {
    this.there.holdBack(late);
    this.close();
  }

  private ask(query: Omit<Query, 'answer'>, { resolve, reject }: Pending): void {
    const { scheduler, process } = this.ends;
    const pending: Pending = {
      resolve: (answer) => {
        this.pending.delete(pending);
        timeout.isCancelled = true;
        if (answer.command === 'COMMIT') this.ends.onMoment('committed');
        resolve(answer);
      },
      reject: (error) => {
        this.pending.delete(pending);
        timeout.isCancelled = true;
        reject(error);
      },
    };
    const timeout = scheduler.after(QUERY_TIMEOUT_MS, process, () =>
      pending.reject(new Error('Query read timeout')),
    );
    this.pending.add(pending);
    const answer = (given: Answer | Error): void =>
      this.back.send(() => (given instanceof Error ? pending.reject(given) : pending.resolve(given)));
    this.there.send(() => this.session.receive({ ...query, answer }));
  }

  private break(message: string): void {
    if (this.broken) return;
    this.broken = new Error(message);
    this.back.cut();
    for (const { reject } of [...this.pending]) reject(new Error(message));
  }
}

function momentOf(statement: string): Moment {
  switch (statement) {
    case 'BEGIN':
      return 'begin';
    case 'COMMIT':
      return 'commit';
    case 'inventory/claim':
      return 'claim';
    default:
      return 'write';
  }
}

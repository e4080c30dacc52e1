import type { Timer } from '../time/scheduler.js';
import type { PostgresServer } from './postgres-server.js';
import { refused, type Execution, type ResultRow } from './statement.js';
import { Transaction } from './transaction.js';

/** As every connection of the service sets them. */
const LOCK_TIMEOUT_MS = 1_000;
const IDLE_IN_TRANSACTION_MS = 1_000;

export interface Answer {
  readonly command: string;
  readonly rows: readonly ResultRow[];
}

/** One statement as it came over the wire. */
export interface Query {
  readonly text: string;
  readonly name: string | undefined;
  readonly values: readonly unknown[];
  readonly answer: (answer: Answer | Error) => void;
}

/**
 * A backend: it works off what its client sent, one after another, as PostgreSQL does; a client that is gone it notices
 * when there is nothing left to do.
 */
export class Session {
  private readonly server: PostgresServer;
  private readonly inbox: Query[] = [];
  private transaction: Transaction | undefined;
  private hasBegun = false;
  private hasFailed = false;
  private running: { readonly query: Query; readonly execution: Execution } | undefined;
  private isCommitting = false;
  private isClosing = false;
  private ended = false;
  private timer: Timer | undefined;
  /** Tells the client that the server has ended the session. */
  private readonly onEnd: () => void;

  constructor(server: PostgresServer, onEnd: () => void) {
    this.server = server;
    this.onEnd = onEnd;
  }

  receive(query: Query): void {
    if (this.ended) return;
    this.inbox.push(query);
    this.goOn();
  }

  /** The client has left. */
  close(): void {
    this.isClosing = true;
    this.goOn();
  }

  /** The server goes down. @param isDurable what is being committed has reached the disk */
  crash(isDurable: boolean): void {
    if (this.ended) return;
    if (this.isCommitting && isDurable) this.server.apply(this.ownTransaction());
    this.end();
  }

  private goOn(): void {
    while (!this.ended && !this.running && !this.isCommitting) {
      this.stopTimer();
      const query = this.inbox.shift();
      if (query) this.begin(query);
      else {
        this.rest();
        return;
      }
    }
  }

  /** Nothing to do: a client that has left is forgotten, and one that keeps others waiting is put out. */
  private rest(): void {
    if (this.isClosing) this.end();
    else if (this.hasBegun) this.timer = this.server.after(IDLE_IN_TRANSACTION_MS, () => this.end());
  }

  private begin(query: Query): void {
    switch (query.text) {
      case 'BEGIN':
        this.hasBegun = true;
        this.hasFailed = false;
        this.transaction = new Transaction();
        query.answer({ command: 'BEGIN', rows: [] });
        return;
      case 'COMMIT':
        this.commit(query);
        return;
      case 'ROLLBACK':
        this.finish();
        query.answer({ command: 'ROLLBACK', rows: [] });
        return;
      default:
        this.execute(query);
    }
  }

  private execute(query: Query): void {
    if (this.hasFailed) {
      query.answer(refused('25P02', 'current transaction is aborted'));
      return;
    }
    const transaction = this.ownTransaction();
    this.running = { query, execution: this.server.execute(query, transaction) };
    this.step();
  }

  private step(): void {
    while (this.running) {
      const { query, execution } = this.running;
      try {
        const next = execution.next();
        if (next.done) {
          this.settle(query, { command: 'SELECT', rows: next.value });
          return;
        }
        if (!this.wins(next.value)) return;
      } catch (error) {
        this.fail(query, error as Error);
        return;
      }
    }
  }

  /** @returns whether it has the row at once; it goes on by itself when it has it later */
  private wins(key: string): boolean {
    const transaction = this.ownTransaction();
    const isFree = this.server.locks.take(transaction, key, () => {
      this.stopTimer();
      this.server.soon(() => {
        this.step();
        this.goOn();
      });
    });
    if (isFree) return true;
    this.timer ??= this.server.after(LOCK_TIMEOUT_MS, () => {
      this.timer = undefined;
      this.server.locks.leave(transaction, key);
      if (this.running) this.fail(this.running.query, refused('55P03', `lock timeout at ${key}`));
      this.goOn();
    });
    return false;
  }

  private settle(query: Query, answer: Answer): void {
    this.running = undefined;
    if (!this.hasBegun) {
      this.server.apply(this.ownTransaction());
      this.finish();
    }
    query.answer(answer);
  }

  private fail(query: Query, error: Error): void {
    this.running = undefined;
    if (this.hasBegun) {
      this.hasFailed = true;
      this.server.locks.releaseAll(this.ownTransaction()); // it is aborted: only its end is left
    } else this.finish();
    query.answer(error);
  }

  private commit(query: Query): void {
    if (!this.hasBegun || this.hasFailed) {
      this.finish();
      query.answer({ command: 'ROLLBACK', rows: [] });
      return;
    }
    this.isCommitting = true;
    this.server.after(this.server.commitMs(), () => {
      if (this.ended) return;
      this.isCommitting = false;
      this.server.apply(this.ownTransaction());
      this.finish();
      query.answer({ command: 'COMMIT', rows: [] });
      this.goOn();
    });
  }

  private ownTransaction(): Transaction {
    this.transaction ??= new Transaction();
    return this.transaction;
  }

  private finish(): void {
    const { transaction } = this;
    this.transaction = undefined;
    this.hasBegun = false;
    this.hasFailed = false;
    if (transaction) this.server.locks.releaseAll(transaction);
  }

  private end(): void {
    this.ended = true;
    this.stopTimer();
    this.running = undefined;
    if (this.transaction) this.server.locks.leaveAll(this.transaction);
    this.finish();
    this.server.forget(this);
    this.onEnd();
  }

  private stopTimer(): void {
    if (this.timer) this.timer.isCancelled = true;
    this.timer = undefined;
  }
}

import { SpanKind } from '@opentelemetry/api';
import { Pool, type PoolClient, type QueryConfig } from 'pg';
import {
  CommitOutcomeUnknownError,
  DatabaseBusyError,
  DatabaseUnavailableError,
  isConnectionFailure,
  isPoolTimeout,
  isStatementFailure,
} from './errors.js';
import { inSpan } from '../tracing/tracing.js';
import { LossTolerantClient } from './client.js';
import type { SqlExecutor, Statement, Transaction } from './sql.js';

/** A dead or stopped holder blocks nobody for longer than this. */
const HOLD_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

const TRANSACTION_SPAN = { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql' } };

/** What every connection of the service has in common, TypeORM's included. */
export const CONNECTION_OPTIONS = {
  Client: LossTolerantClient,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
  lock_timeout: HOLD_TIMEOUT_MS,
  idle_in_transaction_session_timeout: HOLD_TIMEOUT_MS,
} as const;

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Default: true. A pooler in transaction mode may not keep what a session has prepared. */
  readonly preparedStatements?: boolean;
  /** How long to wait for a connection, be it a new one or a free one of the pool. Default: 5 s. */
  readonly connectTimeoutMs?: number;
  /** Hears of connections that were lost while nobody used them. */
  readonly onError?: (error: Error) => void;
}

/** The pool of the hot path: prepared statements, transactions of few round trips, errors that say what is known of the outcome. */
export class Database implements SqlExecutor {
  readonly pool: Pool;
  private readonly preparedStatements: boolean;

  constructor({
    url,
    poolSize,
    preparedStatements = true,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    onError,
  }: DatabaseOptions) {
    this.preparedStatements = preparedStatements;
    this.pool = new Pool({
      connectionString: url,
      max: poolSize,
      pipeline: true, // statements that wait for no answer travel together
      application_name: 'holdfast',
      options: '-c enable_seqscan=off', // a plan made while a table was small would read all of it when it has grown
      ...CONNECTION_OPTIONS,
      statement_timeout: HOLD_TIMEOUT_MS,
      query_timeout: 2 * HOLD_TIMEOUT_MS, // a server that is stopped never sends the timeout of its own
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: 0, // what is open stays open: a crowd comes after a long silence
    });
    this.pool.on('error', (error) => onError?.(error)); // without a listener an idle connection's end ends the process
  }

  /** One statement outside any transaction. @throws DatabaseBusyError, DatabaseUnavailableError */
  async query<Row extends object>(
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      const result = await this.pool.query<Row>(this.queryOf(statement, values));
      return result.rows;
    } catch (error) {
      if (isPoolTimeout(error)) throw new DatabaseBusyError(error);
      if (isConnectionFailure(error)) throw new DatabaseUnavailableError(error, { entered: false });
      throw error;
    }
  }

  /**
   * Runs `work` between BEGIN and COMMIT. Whatever `work` throws rolls back and is thrown on. BEGIN travels with the first
   * statements, and COMMIT with the last: what nobody awaits costs no round trip.
   * @throws DatabaseBusyError when no connection became free in time
   * @throws DatabaseUnavailableError when nothing was written because there was no connection, or it was lost early
   * @throws CommitOutcomeUnknownError when COMMIT was sent and not answered
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return inSpan('transaction', TRANSACTION_SPAN, () => this.transact(work));
  }

  /** Nest calls it once no request is under way any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      const sent = [swallowed(client.query('BEGIN'))];
      const result = await work(this.transactionOn(client, sent));
      await commit(client, sent);
      return result;
    } catch (error) {
      const unavailable = isConnectionFailure(error);
      if (unavailable || !(await rolledBack(client))) broken = error as Error;
      if (!unavailable || error instanceof CommitOutcomeUnknownError) throw error;
      throw new DatabaseUnavailableError(error, { entered: true });
    } finally {
      client.release(broken);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      if (isPoolTimeout(error)) throw new DatabaseBusyError(error);
      throw new DatabaseUnavailableError(error, { entered: false });
    }
  }

  /** @param sent BEGIN, and the statements whose outcome is looked at behind COMMIT */
  private transactionOn(client: PoolClient, sent: Promise<unknown>[]): Transaction {
    const run = <Row extends object>(statement: Statement | string, values: readonly unknown[]) =>
      client.query<Row>(this.queryOf(statement, values));
    return {
      query: async <Row extends object>(statement: Statement | string, values: readonly unknown[] = []) => {
        const { rows } = await run<Row>(statement, values);
        await sent[0]; // answered before: without BEGIN nothing may be written
        return rows;
      },
      send: (statement, values) => void sent.push(swallowed(run(statement, values))),
    };
  }

  private queryOf(statement: Statement | string, values: readonly unknown[]): QueryConfig {
    if (typeof statement === 'string') return { text: statement, values: [...values] };
    const { name, text } = statement;
    return { text, values: [...values], ...(this.preparedStatements ? { name } : {}) };
  }
}

async function commit(client: PoolClient, sent: readonly Promise<unknown>[]): Promise<void> {
  let tag: string;
  try {
    tag = (await client.query('COMMIT')).command;
  } catch (error) {
    if (isStatementFailure(error)) throw error; // a deferred constraint: the server answered, nothing was written
    throw new CommitOutcomeUnknownError(error);
  }
  // COMMIT of a transaction that has already failed is answered by ROLLBACK, not by an error.
  await Promise.all(sent);
  if (tag !== 'COMMIT') throw new Error(`COMMIT was answered by ${tag}: a statement's error was swallowed.`);
}

/** Its rejection is heard later, if anybody asks. */
function swallowed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false; // the connection is closed; the server rolls back by itself
  }
}

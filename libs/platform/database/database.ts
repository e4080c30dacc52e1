import { Pool, type PoolClient } from 'pg';
import {
  CommitOutcomeUnknownError,
  DatabaseBusyError,
  DatabaseUnavailableError,
  isConnectionFailure,
  isPoolTimeout,
  isStatementFailure,
} from './errors.js';
import type { SqlExecutor, Statement } from './sql.js';

/** A dead or stopped holder blocks nobody for longer than this. */
const HOLD_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** What every connection of the service has in common, TypeORM's included. */
export const CONNECTION_LIMITS = {
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
  lock_timeout: HOLD_TIMEOUT_MS,
  idle_in_transaction_session_timeout: HOLD_TIMEOUT_MS,
} as const;

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** How long to wait for a connection, be it a new one or a free one of the pool. Default: 5 s. */
  readonly connectTimeoutMs?: number;
  /** Hears of connections that were lost while nobody used them. */
  readonly onError?: (error: Error) => void;
}

/** The pool of the hot path: prepared statements, short transactions, errors that say what is known of the outcome. */
export class Database implements SqlExecutor {
  readonly pool: Pool;

  constructor({ url, poolSize, connectTimeoutMs = CONNECT_TIMEOUT_MS, onError }: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: url,
      max: poolSize,
      application_name: 'holdfast',
      ...CONNECTION_LIMITS,
      statement_timeout: HOLD_TIMEOUT_MS,
      query_timeout: 2 * HOLD_TIMEOUT_MS, // a server that is stopped never sends the timeout of its own
      connectionTimeoutMillis: connectTimeoutMs,
    });
    this.pool.on('error', (error) => onError?.(error)); // without a listener an idle connection's end ends the process
  }

  /** One statement outside any transaction. @throws DatabaseBusyError, DatabaseUnavailableError */
  async query<Row extends object>(
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      const result = await this.pool.query<Row>({ ...asQuery(statement), values: [...values] });
      return result.rows;
    } catch (error) {
      if (isPoolTimeout(error)) throw new DatabaseBusyError(error);
      if (isConnectionFailure(error)) throw new DatabaseUnavailableError(error, { entered: false });
      throw error;
    }
  }

  /**
   * Runs `work` between BEGIN and COMMIT. Whatever `work` throws rolls back and is thrown on.
   * @throws DatabaseBusyError when no connection became free in time
   * @throws DatabaseUnavailableError when nothing was written because there was no connection, or it was lost early
   * @throws CommitOutcomeUnknownError when COMMIT was sent and not answered
   */
  async transaction<T>(work: (transaction: SqlExecutor) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(executorOfClient(client));
      await commit(client);
      return result;
    } catch (error) {
      const unavailable = isConnectionFailure(error);
      if (unavailable || !(await rolledBack(client))) broken = error as Error;
      if (!unavailable || error instanceof CommitOutcomeUnknownError) throw error;
      throw new DatabaseUnavailableError(error, { entered: true });
    } finally {
      client.removeListener('error', ignore);
      client.release(broken);
    }
  }

  /** Nest calls it once no request is under way any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<PoolClient> {
    try {
      const client = await this.pool.connect();
      client.on('error', ignore); // the query under way reports it; an unheard 'error' event ends the process
      return client;
    } catch (error) {
      if (isPoolTimeout(error)) throw new DatabaseBusyError(error);
      throw new DatabaseUnavailableError(error, { entered: false });
    }
  }
}

function executorOfClient(client: PoolClient): SqlExecutor {
  return {
    query: async <Row extends object>(statement: Statement | string, values: readonly unknown[] = []) => {
      const result = await client.query<Row>({ ...asQuery(statement), values: [...values] });
      return result.rows;
    },
  };
}

async function commit(client: PoolClient): Promise<void> {
  let tag: string;
  try {
    tag = (await client.query('COMMIT')).command;
  } catch (error) {
    if (isStatementFailure(error)) throw error; // a deferred constraint: the server answered, nothing was written
    throw new CommitOutcomeUnknownError(error);
  }
  // COMMIT of a transaction that has already failed is answered by ROLLBACK, not by an error.
  if (tag !== 'COMMIT') throw new Error(`COMMIT was answered by ${tag}: a statement's error was swallowed.`);
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false; // the connection is closed; the server rolls back by itself
  }
}

function asQuery(statement: Statement | string): { text: string; name?: string } {
  return typeof statement === 'string' ? { text: statement } : { name: statement.name, text: statement.text };
}

function ignore(): void {
  // heard elsewhere
}

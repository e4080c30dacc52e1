import { Pool, type ClientBase, type ClientConfig, type PoolClient, type PoolConfig } from 'pg';
import { NoAnswerError, NotConnectedError, isRolledBack } from './postgres-errors.js';

export type PostgresSource = { connectionString: string } | { pool: Pool };

/** A connection that is used so seldom is closed. */
const IDLE_MS = 30_000;
const APPLICATION_NAME = 'holdfast-lock';
/**
 * An operation reads what was committed while it waited for its mutex. And a table that was small when its plan was
 * made is still read by its index when it has grown.
 */
const SESSION_SETTINGS = String.raw`-c default_transaction_isolation=read\ committed -c enable_seqscan=off`;

/** Sessions that answer or fail within a stated time: from a pool of our own, or from the caller's. */
export class PostgresConnection {
  /** How a connection of one's own to the same database is made. */
  readonly config: ClientConfig;
  private readonly pool: Pool;
  private readonly ownsPool: boolean;
  private readonly commandTimeoutMs: number;

  constructor(source: PostgresSource, options: { commandTimeoutMs: number; maxConnections: number }) {
    this.commandTimeoutMs = options.commandTimeoutMs;
    this.ownsPool = !('pool' in source);
    const limits = sessionLimits(this.commandTimeoutMs);
    if ('pool' in source) {
      this.pool = source.pool;
      const { password, ...config } = source.pool.options; // the pool hides its password from a spread
      this.config = { ...config, ...(password === undefined ? {} : { password }), ...limits };
    } else {
      this.config = { connectionString: source.connectionString, ...limits };
      this.pool = new Pool({
        ...this.config,
        max: options.maxConnections,
        idleTimeoutMillis: IDLE_MS,
      } satisfies PoolConfig);
      this.pool.on('error', ignore); // an idle connection was lost: the next command makes another
    }
    this.pool.on('connect', tolerateLoss);
  }

  /**
   * Sends one statement. @throws NotConnectedError when it was not sent, NoAnswerError when no answer came within the
   * command's time, else what pg says
   */
  async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const deadline = performance.now() + this.commandTimeoutMs;
    return this.withClient(deadline, async (client) => {
      const answer = client.query<Row>(text, [...values]);
      return (await within(deadline, answer, new NoAnswerError('no answer in time'))).rows;
    });
  }

  /** Several statements on one session, within a time of their own. */
  async session<T>(withinMs: number, work: (client: ClientBase) => Promise<T>): Promise<T> {
    const deadline = performance.now() + withinMs;
    return this.withClient(deadline, (client) =>
      within(deadline, work(client), new NoAnswerError('no answer in time')),
    );
  }

  /** A pool of the caller's stays open. */
  async close(): Promise<void> {
    this.pool.off('connect', tolerateLoss);
    if (this.ownsPool && !this.pool.ending) await this.pool.end();
  }

  private async withClient<T>(deadline: number, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.checkOut(deadline);
    let broken = true;
    try {
      const result = await work(client);
      broken = false;
      return result;
    } catch (error) {
      broken = !isRolledBack(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async checkOut(deadline: number): Promise<PoolClient> {
    let checkedOut: Promise<PoolClient> | undefined;
    try {
      checkedOut = this.pool.connect();
      return await within(deadline, checkedOut, new Error('no connection came free in time'));
    } catch (error) {
      checkedOut?.then(
        (late) => late.release(),
        () => undefined,
      );
      const reason = error instanceof Error ? error.message || error.name : String(error);
      throw new NotConnectedError(`no connection to PostgreSQL: ${reason}`, { cause: error });
    }
  }
}

/**
 * A pool hands a new connection on before anybody can listen to it; an 'error' that comes with the same bytes would end the
 * process. The statement under way reports it.
 */
function tolerateLoss(client: PoolClient): void {
  client.on('error', ignore);
}

function ignore(): void {
  // heard elsewhere
}

function sessionLimits(commandTimeoutMs: number): ClientConfig {
  // The server gives up first, so that its answer says that nothing was applied.
  const serverLimitMs = Math.ceil(0.9 * commandTimeoutMs);
  return {
    connectionTimeoutMillis: commandTimeoutMs,
    statement_timeout: serverLimitMs,
    lock_timeout: serverLimitMs,
    idle_in_transaction_session_timeout: 10 * commandTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    application_name: APPLICATION_NAME,
    options: SESSION_SETTINGS,
  };
}

/** @throws `late` when the work takes longer; it goes on then, and nobody hears its end */
export async function within<T>(deadline: number, work: Promise<T>, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

import { loadStatement, type SqlExecutor } from '#platform';

const ARCHIVE = loadStatement(import.meta.url, './archive.sql');

/** Long enough for every sale to be over, short enough for the keys of recent orders to stay in memory. */
const RECENT_SECONDS = 24 * 3600;
/** Some 100 ms of work for the database. */
const AT_ONCE = 2_000;

/**
 * Keeps the keys of recent orders few, so that a new order costs the same however many there are already (decision 0006).
 * Nobody depends on it: an order is found by its key whether it is archived or not.
 */
export class OrderArchive {
  private readonly sql: SqlExecutor;
  private readonly recentSeconds: number;
  private readonly atOnce: number;

  constructor(sql: SqlExecutor, { recentSeconds = RECENT_SECONDS, atOnce = AT_ONCE } = {}) {
    this.sql = sql;
    this.recentSeconds = recentSeconds;
    this.atOnce = atOnce;
  }

  /** Archives some of the oldest orders that are due. @returns how many; 0 when none is left */
  async archiveSome(): Promise<number> {
    const [row] = await this.sql.query<{ orders: number }>(ARCHIVE, [this.recentSeconds, this.atOnce]);
    return row?.orders ?? 0;
  }
}

import type { SqlExecutor, Statement } from './sql.js';

/** Rows of one kind that are kept for some days. */
export interface Retention {
  /** For the metric: `dead_letters`. */
  readonly kind: string;
  /** Takes the days and how many at most; returns a row with `removed`. */
  readonly statement: Statement;
  readonly days: number;
}

/** Some 50 ms of work for the database. */
const AT_ONCE = 500;

/** Removes some of the rows that have had their time, oldest first. @returns how many; fewer than asked for when none is left */
export async function removeSome(
  sql: SqlExecutor,
  { statement, days }: Retention,
  atOnce = AT_ONCE,
): Promise<number> {
  const [row] = await sql.query<{ removed: number }>(statement, [days, atOnce]);
  return row?.removed ?? 0;
}

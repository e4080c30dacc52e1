import type { SqlExecutor } from '#platform';

/** How much waits in the outbox. */
export interface OutboxDepth {
  readonly pending: number;
  readonly dead: number;
  /** Age of the oldest event that is not a dead letter; 0 where there is none. */
  readonly lagSec: number;
}

/** The outbox as a whole: whether events are written to it, and how much it holds. */
export class Outbox {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * There is a shop that wants to be told: for the next week transactions write what it is to hear, whether or not a relay
   * runs meanwhile. Where nobody says so any more they write nothing, and what is there stays.
   */
  async prolong(): Promise<void> {
    await this.sql.query(
      `UPDATE outbox_lease SET until = clock_timestamp() + interval '7 days'
       WHERE until < clock_timestamp() + interval '6 days'`,
    );
  }

  async depth(): Promise<OutboxDepth> {
    const [row] = await this.sql.query<{ pending: number; dead: number; lag: number }>(
      `SELECT count(*) FILTER (WHERE due_at IS NOT NULL)::integer AS pending,
              count(*) FILTER (WHERE due_at IS NULL)::integer AS dead,
              coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at) FILTER (WHERE due_at IS NOT NULL)), 0)
                ::double precision AS lag
       FROM outbox_event`,
    );
    return { pending: row?.pending ?? 0, dead: row?.dead ?? 0, lagSec: row?.lag ?? 0 };
  }
}

import type { Client } from 'pg';

/** What lies in the record that should not lie there for long. */
export interface RecordFacts {
  /** Seconds for which the oldest unpaid order has been over; 0 where none is. */
  readonly overdueReservationSec: number;
  readonly overduePaymentSec: number;
  readonly outboxLagSec: number;
  readonly deadLetters: number;
  /** Whether an order older than 26 hours has its key among the recent ones. */
  readonly archiveBehind: boolean;
  /** Tables that have changed by more than a fifth since the planner looked at them. */
  readonly staleStatistics: readonly string[];
}

const RECORD = `
  SELECT coalesce(extract(epoch FROM clock_timestamp() - (
           SELECT min(expires_at) FROM customer_order
           WHERE status = 'pending_payment' AND expires_at < clock_timestamp())), 0)::float8 AS "overdueReservationSec",
         coalesce(extract(epoch FROM clock_timestamp() - (
           SELECT min(due_at) FROM payment WHERE due_at < clock_timestamp())), 0)::float8 AS "overduePaymentSec",
         coalesce(extract(epoch FROM clock_timestamp() - (
           SELECT min(occurred_at) FROM outbox_event WHERE due_at IS NOT NULL)), 0)::float8 AS "outboxLagSec",
         (SELECT count(*)::integer FROM outbox_event WHERE due_at IS NULL) AS "deadLetters",
         EXISTS (SELECT FROM customer_order o
                 WHERE o.id > (SELECT through_order_id FROM order_archive)
                   AND o.created_at < clock_timestamp() - interval '26 hours'
                   AND NOT archived) AS "archiveBehind",
         ARRAY(SELECT relname::text FROM pg_stat_user_tables
               WHERE n_live_tup > 10000 AND n_mod_since_analyze > n_live_tup / 5 ORDER BY relname) AS "staleStatistics"`;

export async function readRecord(client: Client): Promise<RecordFacts> {
  const [row] = (await client.query<RecordFacts>(RECORD)).rows;
  if (!row) throw new Error('A SELECT without FROM has one row.');
  return row;
}

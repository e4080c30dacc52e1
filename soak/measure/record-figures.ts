import { Client } from 'pg';

/** What PostgreSQL holds at a moment. */
export interface RecordFigures {
  readonly orders: number;
  /** Of the tables that keep what happened, their indexes included: they grow with every order. */
  readonly recordBytes: number;
  /** Of the tables whose rows come and go, or are written over. */
  readonly workingBytes: number;
  readonly outboxEvents: number;
  readonly deadLetters: number;
  readonly paymentsDue: number;
  readonly reservations: number;
  readonly connections: number;
}

const RECORD = ['customer_order', 'order_line', 'stock_movement', 'purchase', 'payment', 'payment_event'];
const OF_REQUESTS = ['admin_request', 'sandbox_charge'];
const WORKING = ['outbox_event', 'outbox_lease', 'order_archive', 'stock_level', 'sale_item', 'sale', 'item'];

const FIGURES = `
  SELECT (SELECT count(*) FROM customer_order)::float8 AS orders,
         (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest($1::text[]) name)::float8 AS "recordBytes",
         (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest($2::text[]) name)::float8 AS "workingBytes",
         (SELECT count(*) FILTER (WHERE due_at IS NOT NULL) FROM outbox_event)::float8 AS "outboxEvents",
         (SELECT count(*) FILTER (WHERE due_at IS NULL) FROM outbox_event)::float8 AS "deadLetters",
         (SELECT count(*) FROM payment WHERE due_at IS NOT NULL)::float8 AS "paymentsDue",
         (SELECT count(*) FROM customer_order WHERE status = 'pending_payment')::float8 AS reservations,
         (SELECT count(*) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())::float8 AS connections`;

/** @throws the error of pg where it is away */
export async function recordFigures(connectionString: string): Promise<RecordFigures> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
    application_name: 'holdfast-soak',
  });
  client.on('error', () => undefined); // the query under way reports it
  try {
    await client.connect();
    const values = [[...RECORD, ...OF_REQUESTS], WORKING];
    const { rows } = await client.query<RecordFigures>(FIGURES, values);
    const [row] = rows;
    if (!row) throw new Error('A SELECT without FROM has one row.');
    return row;
  } finally {
    await client.end().catch(() => undefined);
  }
}

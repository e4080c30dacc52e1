import { ForwardMigration } from './forward-migration.js';

/** Finds what has had its time, and keeps a trail of the buyers that were erased. */
export class Retention1764820000000 extends ForwardMigration {
  readonly name = 'Retention1764820000000';
  readonly transaction = false; // indexes are built beside the orders only outside of one

  protected readonly steps = [
    // It names nobody: who was erased is what must not be known any more.
    /* sql */ `
CREATE TABLE IF NOT EXISTS buyer_erasure (
  pseudonym  uuid PRIMARY KEY,
  orders     integer NOT NULL,
  erased_at  timestamptz NOT NULL DEFAULT clock_timestamp()
)`,
    ...Object.entries(INDEXES).flatMap(([name, definition]) => [
      `DROP INDEX CONCURRENTLY IF EXISTS ${name}`, // what an attempt that failed may have left
      `CREATE INDEX CONCURRENTLY ${name} ON ${definition}`,
    ]),
  ];
}

const INDEXES = {
  customer_order_unsold: `customer_order (id) WHERE status IN ('expired', 'cancelled')`,
  payment_event_received: 'payment_event (received_at)',
  admin_request_created: 'admin_request (created_at)',
};

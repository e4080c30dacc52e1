import { ForwardMigration } from './forward-migration.js';

/** Finds the unpaid orders whose time is over. */
export class EndReservations1764400000000 extends ForwardMigration {
  readonly name = 'EndReservations1764400000000';
  readonly transaction = false; // an index is built beside the orders only outside of one

  protected readonly steps = [
    // What an attempt that failed may have left.
    /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS customer_order_pending`,
    /* sql */ `
CREATE INDEX CONCURRENTLY customer_order_pending ON customer_order (expires_at) WHERE status = 'pending_payment'`,
  ];
}

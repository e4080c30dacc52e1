import { ForwardMigration } from './forward-migration.js';

/**
 * Parts the keys of recent orders from those of old ones (docs/decisions/0006): two unique indexes in place of one, so that
 * a new order writes to the small one alone. No row is rewritten, and each step can be run again.
 */
export class ArchiveOrders1764300000000 extends ForwardMigration {
  readonly name = 'ArchiveOrders1764300000000';
  readonly transaction = false; // an index is built beside the orders only outside of one
  protected readonly steps = STEPS;
}

const STEPS = [
  // Rather than let orders queue behind it, a step that does not get its lock fails, and the migration is run again.
  /* sql */ `SET lock_timeout = '1s'`,
  /* sql */ `ALTER TABLE customer_order ADD COLUMN IF NOT EXISTS archived boolean NOT NULL DEFAULT false`,
  /* sql */ `
CREATE OR REPLACE FUNCTION raise_archived_key() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'An idempotency key belongs to an order that was archived between the read and the write.'
    USING ERRCODE = 'HF002';
END $$`,
  // Up to where the archive reaches. One row.
  /* sql */ `
CREATE TABLE IF NOT EXISTS order_archive (
  only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  through_order_id  uuid NOT NULL
)`,
  /* sql */ `
INSERT INTO order_archive (through_order_id) VALUES ('00000000-0000-0000-0000-000000000000')
ON CONFLICT DO NOTHING`,
  // What an attempt that failed may have left; a whole one may be the only guard by now, and stays.
  ...['archived', 'recent'].map(
    (half) => /* sql */ `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_index
             WHERE indexrelid = to_regclass('customer_order_idempotency_${half}') AND NOT indisvalid) THEN
    DROP INDEX customer_order_idempotency_${half};
  END IF;
END $$`,
  ),
  /* sql */ `
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS customer_order_idempotency_archived
ON customer_order (buyer_id, idempotency_key) WHERE archived`,
  /* sql */ `
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS customer_order_idempotency_recent
ON customer_order (buyer_id, idempotency_key) WHERE NOT archived`,
  /* sql */ `ALTER TABLE customer_order DROP CONSTRAINT IF EXISTS customer_order_idempotency`,
  /* sql */ `RESET lock_timeout`,
];

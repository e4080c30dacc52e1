import { ForwardMigration } from './forward-migration.js';

/**
 * Takes from an order what cost more than it gave (docs/decisions/0005): foreign keys that are checked row by row although
 * the transaction has just read and locked what they point to, and two indexes that another one can serve.
 * Each step can be run again, and none rewrites a table. Dropping a foreign key locks both of its tables for a moment.
 */
export class LightenOrders1763700000000 extends ForwardMigration {
  readonly name = 'LightenOrders1763700000000';
  readonly transaction = false; // an index is built beside the orders only outside of one
  protected readonly steps = STEPS;
}

const STEPS = [
  // Rather than let orders queue behind it, a step that does not get its lock fails, and the migration is run again.
  /* sql */ `SET lock_timeout = '1s'`,
  // What they guarded against, from the other side: nothing that an order names is ever deleted.
  /* sql */ `
CREATE OR REPLACE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of % are never deleted: orders name them. End the sale instead.', TG_TABLE_NAME
    USING ERRCODE = 'foreign_key_violation';
END $$`,
  ...['item', 'sale', 'sale_item'].map(
    (table) => /* sql */ `
CREATE OR REPLACE TRIGGER ${table}_is_kept BEFORE DELETE OR TRUNCATE ON ${table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete()`,
  ),
  // The batch's last word on limits is said by the database, so that COMMIT need not wait for anybody to read it.
  /* sql */ `
CREATE OR REPLACE FUNCTION raise_purchase_limit_race() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A purchase limit was passed between the read and the write.' USING ERRCODE = 'HF001';
END $$`,
  /* sql */ `ALTER TABLE customer_order DROP CONSTRAINT IF EXISTS customer_order_sale_id_fkey`,
  /* sql */ `
ALTER TABLE order_line
  DROP CONSTRAINT IF EXISTS order_line_order_id_fkey,
  DROP CONSTRAINT IF EXISTS order_line_item_id_fkey`,
  /* sql */ `ALTER TABLE purchase DROP CONSTRAINT IF EXISTS purchase_sale_id_item_id_fkey`,
  /* sql */ `
ALTER TABLE stock_movement
  DROP CONSTRAINT IF EXISTS stock_movement_order_id_fkey,
  DROP CONSTRAINT IF EXISTS stock_movement_item_id_fkey`,
  // One index finds an item's movements and keeps each of an order's to one.
  /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_once_new`, // what an attempt that failed may have left
  /* sql */ `CREATE UNIQUE INDEX CONCURRENTLY stock_movement_once_new ON stock_movement (item_id, order_id, kind)`,
  /* sql */ `
DROP INDEX IF EXISTS stock_movement_once;
ALTER INDEX stock_movement_once_new RENAME TO stock_movement_once`,
  /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_item`,
  // A buyer's orders are found by customer_order_idempotency, which begins with the buyer too.
  /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS customer_order_buyer`,
  /* sql */ `RESET lock_timeout`,
];

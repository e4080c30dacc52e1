import { ForwardMigration } from './forward-migration.js';

/** Adjustments of stock take effect once by their reference, and are found again by their item. */
export class AdjustmentReferences1764600000000 extends ForwardMigration {
  readonly name = 'AdjustmentReferences1764600000000';
  readonly transaction = false; // indexes are built beside the orders only outside of one

  protected readonly steps = [
    // What an attempt that failed may have left.
    /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_reference`,
    /* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_by_hand`,
    /* sql */ `
CREATE UNIQUE INDEX CONCURRENTLY stock_movement_reference ON stock_movement (reference) WHERE reference IS NOT NULL`,
    /* sql */ `
CREATE INDEX CONCURRENTLY stock_movement_by_hand ON stock_movement (item_id, id) WHERE order_id IS NULL`,
  ];
}

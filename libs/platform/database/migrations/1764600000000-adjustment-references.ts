import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adjustments of stock take effect once by their reference, and are found again by their item. */
export class AdjustmentReferences1764600000000 implements MigrationInterface {
  readonly name = 'AdjustmentReferences1764600000000';
  readonly transaction = false; // indexes are built beside the orders only outside of one

  async up(queryRunner: QueryRunner): Promise<void> {
    // What an attempt that failed may have left.
    await queryRunner.query(/* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_reference`);
    await queryRunner.query(/* sql */ `DROP INDEX CONCURRENTLY IF EXISTS stock_movement_by_hand`);
    await queryRunner.query(/* sql */ `
CREATE UNIQUE INDEX CONCURRENTLY stock_movement_reference ON stock_movement (reference) WHERE reference IS NOT NULL`);
    await queryRunner.query(/* sql */ `
CREATE INDEX CONCURRENTLY stock_movement_by_hand ON stock_movement (item_id, id) WHERE order_id IS NULL`);
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

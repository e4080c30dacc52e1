import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the unpaid orders whose time is over. */
export class EndReservations1764400000000 implements MigrationInterface {
  readonly name = 'EndReservations1764400000000';
  readonly transaction = false; // an index is built beside the orders only outside of one

  async up(queryRunner: QueryRunner): Promise<void> {
    // What an attempt that failed may have left.
    await queryRunner.query(/* sql */ `DROP INDEX CONCURRENTLY IF EXISTS customer_order_pending`);
    await queryRunner.query(/* sql */ `
CREATE INDEX CONCURRENTLY customer_order_pending ON customer_order (expires_at) WHERE status = 'pending_payment'`);
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

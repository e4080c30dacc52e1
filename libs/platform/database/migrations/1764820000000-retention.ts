import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what has had its time, and keeps a trail of the buyers that were erased. */
export class Retention1764820000000 implements MigrationInterface {
  readonly name = 'Retention1764820000000';
  readonly transaction = false; // indexes are built beside the orders only outside of one

  async up(queryRunner: QueryRunner): Promise<void> {
    // It names nobody: who was erased is what must not be known any more.
    await queryRunner.query(/* sql */ `
CREATE TABLE IF NOT EXISTS buyer_erasure (
  pseudonym  uuid PRIMARY KEY,
  orders     integer NOT NULL,
  erased_at  timestamptz NOT NULL DEFAULT clock_timestamp()
)`);
    for (const [name, definition] of Object.entries(INDEXES)) {
      // What an attempt that failed may have left.
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await queryRunner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
    }
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

const INDEXES = {
  customer_order_unsold: `customer_order (id) WHERE status IN ('expired', 'cancelled')`,
  payment_event_received: 'payment_event (received_at)',
  admin_request_created: 'admin_request (created_at)',
};

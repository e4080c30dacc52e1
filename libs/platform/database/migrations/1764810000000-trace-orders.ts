import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the trace of an order goes on: what happens to it later, in whichever process, becomes a part of it. */
export class TraceOrders1764810000000 implements MigrationInterface {
  readonly name = 'TraceOrders1764810000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // W3C Trace Context; null for an order that is not traced. No default: nothing that is there is written anew.
    await queryRunner.query(/* sql */ `ALTER TABLE customer_order ADD COLUMN IF NOT EXISTS traceparent text`);
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

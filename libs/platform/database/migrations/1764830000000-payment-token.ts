import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a provider's form in the page gave for a payment; kept until it is settled. */
export class PaymentToken1764830000000 implements MigrationInterface {
  readonly name = 'PaymentToken1764830000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(/* sql */ `ALTER TABLE payment ADD COLUMN IF NOT EXISTS token text`);
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

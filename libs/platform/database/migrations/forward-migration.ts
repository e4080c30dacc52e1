import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A migration whose steps are run one after another and never undone. It runs in one transaction; where `transaction` is
 * false each step is one of its own, and can be run again behind an attempt that failed.
 */
export abstract class ForwardMigration implements MigrationInterface {
  abstract readonly name: string;
  protected abstract readonly steps: readonly string[];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const step of this.steps) await queryRunner.query(step);
  }

  down(): Promise<void> {
    const advice = 'Migrations go forward only: restore a backup, or write one that undoes this one.';
    return Promise.reject(new Error(advice));
  }
}

import { expect } from '@jest/globals';
import type { Pool } from 'pg';
import { eventually } from './wait.js';

export interface HeldStock {
  /** Once a statement of somebody else waits for a row lock in this database. */
  waitedFor(): Promise<void>;
  release(): Promise<void>;
}

/** Locks an item's stock row, so that whoever needs it stops in the middle of a transaction. */
export async function holdStock(record: Pool, itemId: string): Promise<HeldStock> {
  const holder = await record.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM stock_level WHERE item_id = $1 FOR UPDATE', [itemId]);
  return {
    waitedFor: () =>
      eventually(async () => {
        const { rows } = await record.query<{ waiting: number }>(
          `SELECT count(*)::integer AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows[0]?.waiting).toBeGreaterThan(0);
      }),
    release: async () => {
      await holder.query('ROLLBACK');
      holder.release();
    },
  };
}

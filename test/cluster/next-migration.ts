import { Client } from 'pg';

/**
 * What a next version might bring, by the rules of docs/operations.md: it adds, and what runs does not notice. A column, a
 * table, a trigger that fills it, and indexes beside the orders.
 */
const EXPAND = [
  /* sql */ `SET lock_timeout = '1s'`,
  /* sql */ `ALTER TABLE customer_order ADD COLUMN channel text NOT NULL DEFAULT 'web'`,
  /* sql */ `ALTER TABLE stock_level ADD COLUMN warehouse text`,
  /* sql */ `CREATE TABLE order_channel (order_id uuid PRIMARY KEY, channel text NOT NULL)`,
  /* sql */ `
CREATE FUNCTION note_channel() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO order_channel SELECT id, channel FROM placed;
  RETURN NULL;
END $$`,
  /* sql */ `
CREATE TRIGGER note_channel AFTER INSERT ON customer_order
  REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION note_channel()`,
  /* sql */ `CREATE INDEX CONCURRENTLY customer_order_channel ON customer_order (channel, id)`,
  /* sql */ `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'NextVersion9999999999999')`,
];

/** Applies it step by step, each again where it did not get its lock at once. */
export async function applyNextMigration(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const step of EXPAND) await persistently(() => client.query(step));
  } finally {
    await client.end();
  }
}

async function persistently(step: () => Promise<unknown>): Promise<void> {
  const ATTEMPTS = 10;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await step();
      return;
    } catch (error) {
      const isLockTimeout = (error as { code?: string }).code === '55P03';
      if (!isLockTimeout || attempt === ATTEMPTS) throw error;
    }
  }
}

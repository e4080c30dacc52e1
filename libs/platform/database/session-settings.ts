import type { SqlExecutor } from './sql.js';

/** Limits that are off, and scans that are not: what a pooler has kept from a session of `Database`. */
const MISSING = /* sql */ `
SELECT name FROM pg_settings
WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') AND setting = '0'
   OR name = 'enable_seqscan' AND setting = 'on'
ORDER BY name`;

/** @returns the names of settings that do not reach the sessions; none where the database cannot be asked */
export async function missingSessionSettings(database: SqlExecutor): Promise<string[]> {
  try {
    return (await database.query<{ name: string }>(MISSING)).map(({ name }) => name);
  } catch {
    return [];
  }
}

import type { ClientBase } from 'pg';
import { LockContendedError, LockUsageError, LockWaitTimeoutError } from '../../errors.js';
import { unavailable } from './postgres-errors.js';
import { requireStorable } from './resources.js';
import { DEFAULT_SCHEMA, requireSchemaName } from './schema.js';

export interface TransactionLockOptions {
  /**
   * How long to wait for other transactions and for leases to end; 0: one try. The session's own statement_timeout
   * bounds it as well, and ends the transaction.
   */
  waitMs: number;
  /** The lowest acceptable fence of each. Default: 0. */
  floor?: number;
  /** Default: `holdfast_lock`. */
  schema?: string;
}

/**
 * Locks resources for the transaction that is open on `client`, until it commits or rolls back: no lease, no renewal, no
 * second connection. It and the leases of a PostgresLockProvider of the same schema exclude each other. Leases that are
 * alive run on, and nobody is granted a new one while this waits. The schema must exist: `provider.prepare()`.
 * @returns a fence for each resource; when the transaction rolls back, nobody has ever seen it
 * @throws LockContendedError (waitMs 0) or LockWaitTimeoutError: the transaction goes on without any of the locks
 * @throws LockUsageError when no transaction is open, or one that is not READ COMMITTED
 * @throws LockUnavailableError when PostgreSQL refuses or is away; the transaction can only be rolled back then
 */
export async function lockInTransaction(
  client: ClientBase,
  resources: string | readonly string[],
  { waitMs, floor = 0, schema = DEFAULT_SCHEMA }: TransactionLockOptions,
): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(typeof resources === 'string' ? [resources] : resources)].sort();
  requireStorable(names);
  requireSchemaName(schema);
  if (!(waitMs >= 0 && waitMs <= 2 ** 31 - 1)) throw new LockUsageError(names, 'waitMs must be 0 or more.');
  // Guard: outside a transaction the lock would be gone before this returns.
  if (client.getTransactionStatus() !== 'T') {
    throw new LockUsageError(names, 'lockInTransaction needs an open transaction: send BEGIN first.');
  }
  const [code, ...rest] = await ask(client, schema, names, waitMs, floor);
  if (code === 1) return new Map(names.map((name, index) => [name, rest[index] ?? 0]));
  if (code === -1) {
    throw new LockUsageError(names, 'lockInTransaction needs a transaction that is READ COMMITTED.');
  }
  const refused = names[(rest[0] ?? 1) - 1] ?? '';
  throw waitMs === 0 ? new LockContendedError([refused]) : new LockWaitTimeoutError([refused], waitMs);
}

async function ask(
  client: ClientBase,
  schema: string,
  names: string[],
  waitMs: number,
  floor: number,
): Promise<number[]> {
  try {
    const { rows } = await client.query<{ reply: string[] }>(
      `SELECT "${schema}".lock_in_transaction($1, $2, $3) AS reply`,
      [names, waitMs, names.map(() => floor)],
    );
    return (rows[0]?.reply ?? []).map(Number);
  } catch (error) {
    throw unavailable(names, error);
  }
}

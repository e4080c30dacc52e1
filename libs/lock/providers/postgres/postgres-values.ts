import type { SharedValues } from '../../provider.js';
import { requireText } from './resources.js';

const MAX_KEY_LENGTH = 512;

type Call = <Row extends object>(call: string, values: readonly unknown[]) => Promise<Row[]>;

/** Values in an unlogged table: shared by all processes, gone after a crash of the server, as a cache may be. */
export class PostgresValues implements SharedValues {
  private readonly call: Call;

  constructor(call: Call) {
    this.call = call;
  }

  /** @throws LockUnavailableError, or LockUsageError for a key that PostgreSQL cannot keep; the others too */
  async get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    requireKey(key);
    const [row] = await this.call<{ value: string; remaining_ms: number }>(
      '* FROM holdfast_lock.get_value($1)',
      [key],
    );
    return row && { value: row.value, remainingMs: row.remaining_ms };
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    requireKey(key);
    if (value !== '') requireText([key], 'A shared value', value);
    await this.call('holdfast_lock.set_value($1, $2, $3)', [key, value, ttlMs]);
  }

  async delete(key: string): Promise<void> {
    requireKey(key);
    await this.call('holdfast_lock.delete_value($1)', [key]);
  }
}

function requireKey(key: string): void {
  requireText([key], 'A key', key, MAX_KEY_LENGTH);
}

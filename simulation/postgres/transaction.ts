import type { Table } from './tables.js';

/** What one session has written and not committed, in front of what all have committed: READ COMMITTED. */
export class Transaction {
  /** Keys of rows, and of entries of unique indexes, that no other transaction may write. */
  readonly locked = new Set<string>();
  /** Of the statements that the guard `freshRead` keeps apart: what was committed when the claim began. */
  snapshot: Map<unknown, Map<string, unknown>> | undefined;
  private readonly writes = new Map<Table<unknown>, Map<string, unknown>>();

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const written = this.writes.get(table)?.get(key);
    return written === undefined ? table.rows.get(key) : (written as Row);
  }

  put<Row>(table: Table<Row>, key: string, row: Row): void {
    const rows = this.writes.get(table) ?? new Map<string, unknown>();
    this.writes.set(table, rows.set(key, row));
  }

  /** As the statement sees the table. */
  all<Row>(table: Table<Row>): readonly Row[] {
    const written = this.writes.get(table) as ReadonlyMap<string, Row> | undefined;
    if (!written) return [...table.rows.values()];
    return [...new Map([...table.rows, ...written]).values()];
  }

  /** Its own versions of the rows of a table. */
  written<Row>(table: Table<Row>): readonly Row[] {
    return [...((this.writes.get(table) as ReadonlyMap<string, Row> | undefined)?.values() ?? [])];
  }

  get hasWritten(): boolean {
    return this.writes.size > 0;
  }

  /** Makes it visible to all at once. */
  apply(): void {
    for (const [table, rows] of this.writes) {
      for (const [key, row] of rows) table.rows.set(key, row);
    }
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EntityManager } from 'typeorm';

/** A statement of its own file; PostgreSQL prepares it once a connection under its name, `<folder>/<file>`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a function needs to take part in its caller's transaction. Integers of 8 bytes arrive as strings. */
export interface SqlExecutor {
  query<Row extends object>(statement: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A transaction between BEGIN and COMMIT. Statements run in the order in which they are given, awaited or not. */
export interface Transaction extends SqlExecutor {
  /** A statement whose answer nobody needs: it travels with those behind it, and fails the transaction when it fails. */
  send(statement: Statement | string, values: readonly unknown[]): void;
}

/** Reads `file` beside the calling module: `loadStatement(import.meta.url, 'claim.sql')`. */
export function loadStatement(moduleUrl: string, file: string): Statement {
  const location = fileURLToPath(new URL(file, moduleUrl));
  const name = `${path.basename(path.dirname(location))}/${path.basename(file, '.sql')}`;
  return { name, text: readFileSync(location, 'utf8') };
}

/** Lets a function of SqlExecutor take part in a TypeORM transaction. */
export function executorOf(manager: EntityManager): SqlExecutor {
  return {
    query: async <Row extends object>(statement: Statement | string, values: readonly unknown[] = []) => {
      const runner = manager.queryRunner;
      if (!runner) throw new Error('executorOf needs the entity manager of a transaction.');
      const text = typeof statement === 'string' ? statement : statement.text;
      const result = await runner.query(text, [...values], true);
      return result.records as Row[];
    },
  };
}

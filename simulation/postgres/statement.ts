import { DatabaseError } from 'pg';
import type { Guards } from '../guards.js';
import type { RowLocks } from './row-locks.js';
import type { Tables } from './tables.js';
import type { Transaction } from './transaction.js';

export type ResultRow = Readonly<Record<string, unknown>>;

/** A statement under way: it yields the key of each row that it needs for itself, and goes on when it has it. */
export type Execution = Generator<string, readonly ResultRow[], void>;

/** What a statement runs in. */
export interface Context {
  readonly transaction: Transaction;
  readonly tables: Tables;
  readonly locks: RowLocks;
  readonly guards: Guards;
  /** The server's clock, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What the server does for one text. It reads what is committed when it runs, and what its own transaction wrote. */
export type StatementModel = (context: Context, values: readonly unknown[]) => Execution;

/** An error that the server answers. */
export function refused(code: string, message: string, constraint?: string): DatabaseError {
  const error = new DatabaseError(message, message.length, 'error');
  return Object.assign(error, { severity: 'ERROR', code, ...(constraint ? { constraint } : {}) });
}

export function violates(constraint: string): DatabaseError {
  return refused('23514', `violates check constraint "${constraint}"`, constraint);
}

export function duplicates(constraint: string): DatabaseError {
  return refused('23505', `duplicate key value violates unique constraint "${constraint}"`, constraint);
}

/** The elements of an array, given as one or as the text that PostgreSQL reads. */
export function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  const inside = String(value).slice(1, -1);
  return inside === '' ? [] : inside.split(',');
}

export function numbers(value: unknown): number[] {
  return texts(value).map(Number);
}

/** With null where there is none. */
export function optionalNumbers(value: unknown): (number | null)[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : texts(value);
  return elements.map((element) => (element === null || element === 'NULL' ? null : Number(element)));
}

import { DatabaseError, types } from 'pg';
import type { Guards } from '../guards.js';
import type { RowLocks } from './row-locks.js';
import type { Tables } from './tables.js';
import type { Transaction } from './transaction.js';

const { BOOL, UUID, TEXT }: Record<string, number> = types.builtins;
/** Of an array in binary form, before its elements. */
const HEADER_BYTES = 20;

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

/** The elements of an array. */
export function texts(value: unknown): string[] {
  return elementsOf(value).map(String);
}

/** With null where there is none. */
export function optionalTexts(value: unknown): (string | null)[] {
  return elementsOf(value) as (string | null)[];
}

export function numbers(value: unknown): number[] {
  return elementsOf(value).map(Number);
}

/** With null where there is none. */
export function optionalNumbers(value: unknown): (number | null)[] {
  return elementsOf(value).map((element) => (element === null ? null : Number(element)));
}

export function booleans(value: unknown): boolean[] {
  return elementsOf(value).map(Boolean);
}

/** Of an array as the driver is given it, or in PostgreSQL's binary form (libs/platform/database/columns.ts). */
function elementsOf(value: unknown): readonly unknown[] {
  if (!Buffer.isBuffer(value)) return value as readonly unknown[];
  const type = value.readInt32BE(8);
  const elements: unknown[] = [];
  for (let at = HEADER_BYTES; at < value.length;) {
    const length = value.readInt32BE(at);
    at += 4;
    const end = at + Math.max(0, length);
    elements.push(length < 0 ? null : decode(type, value.subarray(at, end)));
    at = end;
  }
  return elements;
}

function decode(type: number, element: Buffer): string | number | boolean {
  if (type === BOOL) return element[0] === 1;
  if (type === TEXT) return element.toString();
  if (type === UUID) return element.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return element.length === 4 ? element.readInt32BE() : Number(element.readBigInt64BE());
}

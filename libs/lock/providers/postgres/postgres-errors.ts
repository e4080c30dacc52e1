import { LockUnavailableError } from '../../errors.js';

/** Nothing was sent: there was no connection, or none came free in time. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/** The statement was sent, and no answer came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The schema is not there, and the provider was told not to create it. */
export class SchemaMissingError extends Error {
  override readonly name = 'SchemaMissingError';
}

/** The server ended the session, perhaps between the commit and its answer. */
const SESSION_ENDED = /^(57P0[1-5]|08)/;
const TABLES_OR_FUNCTIONS_MISSING = new Set(['3F000', '42883', '42P01']);

/** PostgreSQL's five characters, where it answered at all. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The server answered with an error, so that the statement was rolled back and the session goes on. */
export function isRolledBack(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !SESSION_ENDED.test(state);
}

/** Our schema is not there, or not any more: a database was restored, say. */
export function isSchemaMissing(error: unknown): boolean {
  return TABLES_OR_FUNCTIONS_MISSING.has(sqlStateOf(error) ?? '');
}

export function unavailable(resources: readonly string[], error: unknown): LockUnavailableError {
  if (error instanceof LockUnavailableError) return error;
  const notApplied =
    error instanceof NotConnectedError || error instanceof SchemaMissingError || isRolledBack(error);
  return new LockUnavailableError(resources, error, notApplied ? 'none' : 'unknown');
}

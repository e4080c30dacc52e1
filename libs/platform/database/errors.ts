import { QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/** PostgreSQL cannot be reached, or a connection was lost before its COMMIT was sent: nothing was written. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  /** Whether the transaction had begun. */
  readonly entered: boolean;

  constructor(cause: unknown, { entered }: { entered: boolean }) {
    super(`PostgreSQL is not available: ${messageOf(cause)}`, { cause });
    this.entered = entered;
  }
}

/** COMMIT was sent and its answer never came: the transaction may have been written or not. */
export class CommitOutcomeUnknownError extends Error {
  override readonly name = 'CommitOutcomeUnknownError';

  constructor(cause: unknown) {
    super(`The answer to COMMIT was lost: ${messageOf(cause)}`, { cause });
  }
}

const SQLSTATE_CONNECTION = /^(08...|57P0[1-5]|53...|25P03)$/; // lost, shutting down, out of resources, idle too long
const SQLSTATE_CONFLICT = new Set(['40001', '40P01', '55P03', '57014']); // serialization, deadlock, lock and statement timeout
const NODE_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const MESSAGE_CONNECTION =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|client has encountered a connection error|not queryable|cannot use a pool after/i;

/** Whether the connection, and not the statement, failed. pg reports some of these by message alone. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError || error instanceof CommitOutcomeUnknownError) return true;
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true; // how TypeORM shows a lost connection
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  const code = sqlStateOf(error);
  if (code !== undefined && (SQLSTATE_CONNECTION.test(code) || NODE_CONNECTION.has(code))) return true;
  return error instanceof Error && MESSAGE_CONNECTION.test(error.message);
}

/** Whether the transaction was rolled back because of others and may simply be tried again. */
export function isConflict(error: unknown): boolean {
  return SQLSTATE_CONFLICT.has(sqlStateOf(error) ?? '');
}

/** The name of the violated unique key or CHECK, if that is what `error` is. */
export function violatedConstraint(error: unknown): string | undefined {
  const code = sqlStateOf(error);
  if (code !== '23505' && code !== '23514') return undefined;
  return (error as { constraint?: string }).constraint;
}

function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

import { DatabaseError } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';

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

/** No connection of the pool became free in time. Nothing was sent. */
export class DatabaseBusyError extends Error {
  override readonly name = 'DatabaseBusyError';

  constructor(cause: unknown) {
    super('Every connection to PostgreSQL is in use.', { cause });
  }
}

/** COMMIT was sent and its answer never came: the transaction may have been written or not. */
export class CommitOutcomeUnknownError extends Error {
  override readonly name = 'CommitOutcomeUnknownError';

  constructor(cause: unknown) {
    super(`The answer to COMMIT was lost: ${messageOf(cause)}`, { cause });
  }
}

// Lost, shutting down, out of resources or disk, idle too long, or a standby that has not been promoted yet.
const SQLSTATE_UNAVAILABLE = /^(08...|57P0[1-5]|53...|58030|25P03|25006)$/;
// Serialization, deadlock, lock and statement timeout.
const SQLSTATE_CONFLICT = new Set(['40001', '40P01', '55P03', '57014']);
const POOL_TIMEOUT = 'timeout exceeded when trying to connect'; // pg-pool's, for a client that was waited for
/** What pg says of a connection by message alone. */
const CONNECTION_MESSAGE =
  /connection terminated|query read timeout|client has encountered a connection error|not queryable|cannot use a pool after/i;

/** Whether the connection, and not the statement, failed. */
export function isConnectionFailure(error: unknown): boolean {
  if (
    error instanceof DatabaseUnavailableError ||
    error instanceof DatabaseBusyError ||
    error instanceof CommitOutcomeUnknownError ||
    // How TypeORM shows a connection lost in a transaction: before its next statement, or before its COMMIT.
    error instanceof QueryRunnerProviderAlreadyReleasedError ||
    error instanceof QueryRunnerAlreadyReleasedError
  ) {
    return true;
  }
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  if (error instanceof QueryFailedError) return isConnectionFailure(error.driverError);
  if (error instanceof DatabaseError) return SQLSTATE_UNAVAILABLE.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  return isSocketError(error) || isPoolTimeout(error) || CONNECTION_MESSAGE.test(error.message);
}

/** Whether PostgreSQL itself answered that the statement failed, its connection being whole. */
export function isStatementFailure(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR' && !isConnectionFailure(error);
}

export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === POOL_TIMEOUT;
}

/** Whether the transaction was rolled back because of others and may simply be tried again. */
export function isConflict(error: unknown): boolean {
  return SQLSTATE_CONFLICT.has(codeOf(error) ?? '');
}

/** The name of the violated unique key or CHECK, if that is what `error` is. */
export function violatedConstraint(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code !== '23505' && code !== '23514') return undefined;
  return (error as { constraint?: string }).constraint;
}

/** An error of the operating system or of TLS. */
function isSocketError(error: Error): boolean {
  return 'syscall' in error || /^(E[A-Z]+|ERR_(SSL|TLS)_\w+)$/.test(codeOf(error) ?? '');
}

/** SQLSTATE, or the code of the operating system. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

import { LockUnavailableError } from '../../errors.js';

/** Nothing was sent: no member could be connected to in time. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** It was sent, and the connection broke or no answer came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** etcd answered with an error. */
export class EtcdReplyError extends Error {
  override readonly name = 'EtcdReplyError';
  /** As gRPC counts them. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A lease ended before something could hang on it, or with what did. */
export class LeaseGoneError extends Error {
  override readonly name = 'LeaseGoneError';
}

const NOT_FOUND = 5;
/**
 * Invalid argument, not found, permission denied, resource exhausted (a full disk), failed precondition, out of range,
 * unimplemented, unauthenticated: etcd has looked at the request and refused it. Whatever else it says, a timeout or a
 * change of its leader among it, may come after the request was proposed.
 */
const REFUSED = new Set([3, NOT_FOUND, 7, 8, 9, 11, 12, 16]);

export function isLeaseGone(error: unknown): boolean {
  if (error instanceof LeaseGoneError) return true;
  return error instanceof EtcdReplyError && error.code === NOT_FOUND && error.message.includes('lease');
}

/** The token is too old, or of before a change of users. */
export function isTokenUnknown(error: unknown): boolean {
  return error instanceof EtcdReplyError && /invalid auth token|auth store is old/.test(error.message);
}

export function isRefused(error: unknown): boolean {
  return error instanceof EtcdReplyError && REFUSED.has(error.code);
}

export function unavailable(resources: readonly string[], error: unknown): LockUnavailableError {
  if (error instanceof LockUnavailableError) return error;
  const notApplied = error instanceof NotSentError || isRefused(error);
  return new LockUnavailableError(resources, error, notApplied ? 'none' : 'unknown');
}

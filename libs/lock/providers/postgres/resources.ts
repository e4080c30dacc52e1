import { LockUsageError } from '../../errors.js';

/** PostgreSQL's index takes 2,704 bytes a key; this is at most 2,048 of them. */
const MAX_NAME_LENGTH = 512;
/** Each resource of a claim takes two entries of the server's shared lock table, which has 6,400 by default. */
export const MAX_RESOURCES = 500;
/** A notification of the server's has 8,000 bytes. */
const MAX_TOKEN_LENGTH = 512;

/** @throws LockUsageError for names that the tables cannot hold, or could not tell from each other */
export function requireStorable(resources: readonly string[]): void {
  if (resources.length === 0) throw new LockUsageError(resources, 'Name at least one resource.');
  if (resources.length > MAX_RESOURCES) {
    throw new LockUsageError(resources, `One call takes at most ${MAX_RESOURCES} resources.`);
  }
  for (const resource of resources) requireText(resources, 'A resource', resource, MAX_NAME_LENGTH);
}

/** @throws LockUsageError */
export function requireToken(resources: readonly string[], token: string): void {
  requireText(resources, 'A token', token, MAX_TOKEN_LENGTH);
  if (/\s/.test(token)) throw new LockUsageError(resources, 'A token must not contain whitespace.');
}

/** @throws LockUsageError */
export function requireText(
  resources: readonly string[],
  what: string,
  text: string,
  maxLength = Infinity,
): void {
  if (text === '') throw new LockUsageError(resources, `${what} must not be empty.`);
  if (text.length > maxLength) {
    throw new LockUsageError(resources, `${what} has at most ${maxLength} characters, not ${text.length}.`);
  }
  // PostgreSQL stores no NUL; half a surrogate pair would become U+FFFD, the same for all of them.
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new LockUsageError(
      resources,
      `${what} must be well-formed Unicode without NUL, for PostgreSQL to keep it.`,
    );
  }
}

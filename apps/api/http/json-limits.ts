import { ProblemError } from '#platform';

/** A sale of 1,000 items has some 7,000 values. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 16;

/**
 * Refuses a body that is small in bytes and large in work: validating a hundred thousand empty objects would hold the
 * process for seconds. It walks without recursion, so that depth itself is no attack.
 * @throws ProblemError validation_failed
 */
export function limitJson(body: unknown): void {
  let level: unknown[] = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > MAX_DEPTH) throw refused(`is nested more than ${MAX_DEPTH} levels deep`);
    if (values > MAX_VALUES) throw refused(`has more than ${MAX_VALUES} values`);
    if (level.some(hasLostMember)) throw refused('has a member with a name like constructor or toString');
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

/** The validation drops members that every object inherits; what cannot be kept is refused instead. */
function hasLostMember(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).some((name) => name in Object.prototype || name === 'prototype');
}

function refused(why: string): ProblemError {
  return new ProblemError('validation_failed', `The body ${why}.`, {
    errors: [{ path: '', message: `the body ${why}` }],
  });
}

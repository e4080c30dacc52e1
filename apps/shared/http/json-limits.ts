import { ProblemError } from '#platform';

/** A sale of 1,000 items has some 7,000 values. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 16;

/**
 * Refuses a body that is small in bytes and large in work: validating a hundred thousand empty objects would hold the
 * process for seconds. It goes no deeper than its limit, so that depth itself is no attack.
 * @throws ProblemError validation_failed
 */
export function limitJson(body: unknown): void {
  let values = 0;
  const visit = (value: unknown, depth: number): void => {
    values += 1;
    if (depth > MAX_DEPTH) throw refused(`is nested more than ${MAX_DEPTH} levels deep`);
    if (values > MAX_VALUES) throw refused(`has more than ${MAX_VALUES} values`);
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const element of value) visit(element, depth + 1);
      return;
    }
    for (const [name, member] of Object.entries(value)) {
      // The validation drops members that every object inherits; what cannot be kept is refused instead.
      if (name in Object.prototype || name === 'prototype')
        throw refused('has a member with a name like constructor or toString');
      visit(member, depth + 1);
    }
  };
  visit(body, 0);
}

function refused(why: string): ProblemError {
  return new ProblemError('validation_failed', `The body ${why}.`, {
    errors: [{ path: '', message: `the body ${why}` }],
  });
}

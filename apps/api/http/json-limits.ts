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
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

function refused(why: string): ProblemError {
  return new ProblemError('validation_failed', `The body ${why}.`, {
    errors: [{ path: '', message: `the body ${why}` }],
  });
}

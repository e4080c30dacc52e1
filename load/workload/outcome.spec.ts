import { describe, expect, it } from '@jest/globals';
import { isSettled, isWorthRetrying, neverEntered, outcomeOf } from './outcome.js';

/** status, code, outcome, whether it never got as far as a transaction, whether nothing more can come of it, whether to try again */
const ANSWERS: [number, string | null, string, boolean, boolean, boolean][] = [
  [201, null, 'ok', false, true, false],
  [409, 'sold_out', 'fail', false, true, false],
  [409, 'purchase_limit_reached', 'fail', false, true, false],
  [409, 'sale_not_started', 'fail', false, true, false],
  [410, 'sale_ended', 'fail', false, true, false],
  [422, 'item_not_in_sale', 'fail', false, true, false],
  [409, 'idempotency_key_in_flight', 'unknown', false, true, true],
  [422, 'idempotency_key_reused', 'unknown', false, false, false],
  [409, 'a_code_of_tomorrow', 'unknown', false, false, false],
  [500, 'sold_out', 'unknown', false, false, true],
  [400, 'validation_failed', 'unknown', true, true, false],
  [401, 'unauthenticated', 'unknown', true, true, false],
  [404, 'not_found', 'unknown', false, false, false],
  [408, 'request_timeout', 'unknown', true, true, true],
  [413, 'body_too_large', 'unknown', true, true, false],
  [429, 'rate_limited', 'unknown', true, true, true],
  [500, null, 'unknown', false, false, true],
  [503, 'overloaded', 'unknown', true, true, true],
  [503, 'dependency_unavailable', 'unknown', false, true, true],
  [503, 'outcome_unknown', 'unknown', false, true, true],
  [0, 'timeout', 'unknown', false, false, true],
  [0, 'connection_lost', 'unknown', false, false, true],
];

describe('what an answer says about its order', () => {
  it.each(ANSWERS)('%i %s', (status, code, outcome, never, settled, retry) => {
    const answer = { status, code };
    expect(outcomeOf(answer)).toBe(outcome);
    expect(neverEntered(answer)).toBe(never);
    expect(isSettled(answer)).toBe(settled);
    expect(isWorthRetrying(answer)).toBe(retry);
  });
});

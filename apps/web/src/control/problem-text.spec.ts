import { describe, expect, it } from '@jest/globals';
import { AnswerError, type Problem } from '#client';
import { fieldErrors, isPassing, isUncertain, problemText } from './problem-text.js';

const refusal = (status: number, problem: Partial<Problem>) =>
  new AnswerError(status, { detail: 'It is paid.', ...problem } as Problem);

describe('what went wrong', () => {
  it('is said in words, whoever answered', () => {
    expect(problemText(new TypeError('fetch failed'))).toBe('The service does not answer.');
    expect(problemText(new AnswerError(502, undefined))).toContain('502');
    expect(problemText(refusal(409, { code: 'invalid_order_state' }))).toBe(
      'The order is past that. It is paid.',
    );
  });

  it('is said at its field, without the name that the label says', () => {
    const errors = [
      { path: 'items.0.allotment', message: 'allotment must be an integer number' },
      { path: 'endsAt', message: 'endsAt must be later than startsAt' },
      { path: 'imageUrl', message: 'a picture lies elsewhere' },
    ];
    expect(fieldErrors(refusal(400, { code: 'validation_failed', errors }))).toEqual({
      'items.0.allotment': 'It must be an integer number',
      endsAt: 'It must be later than startsAt',
      imageUrl: 'a picture lies elsewhere',
    });
  });

  it('leaves open whether the request took effect where no answer says so', () => {
    expect(isUncertain(new TypeError('fetch failed'))).toBe(true);
    expect(isUncertain(refusal(503, { code: 'dependency_unavailable' }))).toBe(true);
    expect(isUncertain(refusal(409, { code: 'idempotency_key_in_flight' }))).toBe(true);
    expect(isUncertain(refusal(409, { code: 'stock_below_reserved' }))).toBe(false);
  });

  it('passes where the service is away or busy, and not where it said no', () => {
    for (const error of [new TypeError('fetch failed'), refusal(503, {}), refusal(429, {})]) {
      expect(isPassing(error)).toBe(true);
    }
    expect(isPassing(refusal(404, { code: 'not_found' }))).toBe(false);
  });
});

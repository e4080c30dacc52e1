import type { Outcome } from '../journal.js';

/** What came back for one request; `status` 0 stands for no answer, `code` then says why. */
export interface Answered {
  readonly status: number;
  readonly code: string | null;
}

/** Codes of a refusal that is decided after the look-up of the key: were there an order under it, it would be replayed. */
const DEFINITE: Readonly<Record<string, number>> = {
  sold_out: 409,
  purchase_limit_reached: 409,
  sale_not_started: 409,
  sale_paused: 409,
  price_changed: 409,
  sale_ended: 410,
  item_not_in_sale: 422,
  duplicate_item: 422,
  currency_mismatch: 422,
};

/**
 * What one answer says about its order. 400, 401, 403, 404, 408, 413, 415, 429, 5xx and a key in flight say nothing
 * about earlier requests with the same key, and a code that we do not know says nothing at all: all of them `unknown`.
 */
export function outcomeOf({ status, code }: Answered): Outcome {
  if (status === 201) return 'ok';
  return code !== null && DEFINITE[code] === status ? 'fail' : 'unknown';
}

/** Whether this very request was turned away before it could enter a transaction. */
export function neverEntered({ status, code }: Answered): boolean {
  if (status === 503) return code === 'overloaded';
  return [400, 401, 403, 408, 413, 415, 429].includes(status);
}

/** Whether the service is done with the request, so that nothing more can come of it. */
export function isSettled(answer: Answered): boolean {
  if (outcomeOf(answer) !== 'unknown' || neverEntered(answer)) return true;
  return answer.code !== null && SETTLED_UNKNOWN.has(answer.code) && answer.status > 0;
}

/** The first two come at the request's deadline; nothing was written in the third. */
const SETTLED_UNKNOWN = new Set(['outcome_unknown', 'idempotency_key_in_flight', 'dependency_unavailable']);

/** Whether a buyer who wants the item sends the order again, with the same key. */
export function isWorthRetrying({ status, code }: Answered): boolean {
  return (
    status === 0 || status === 429 || status >= 500 || status === 408 || code === 'idempotency_key_in_flight'
  );
}

/** A promise that was broken. */
export interface Violation {
  /** As docs and reports name it. */
  readonly invariant: string;
  readonly detail: string;
}

export const NO_OVERSELL = 'no oversell';
export const LEDGER_AGREES = 'the ledger agrees';
export const NOTHING_LOST = 'nothing acknowledged is lost';
export const REFUSED_MEANS_NONE = 'a definite refusal leaves no order';
export const ONCE = 'once';
export const NO_UNDERSELL = 'no undersell';
export const LIMITS_HOLD = 'limits hold';
export const MONEY_AGREES = 'money agrees';
export const RESERVATIONS_END = 'every reservation ends';
export const REQUESTS_END = 'every request ends';
export const FENCES_IN_ORDER = 'a stale holder writes nothing';

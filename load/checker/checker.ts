import type { Evidence } from './evidence.js';
import { everyOrderAskedFor } from './invariants/asked-for.js';
import { balancedThroughout } from './invariants/balanced-throughout.js';
import { everyRequestEnds } from './invariants/every-request-ends.js';
import { ledgerAgrees } from './invariants/ledger-agrees.js';
import { limitsHold } from './invariants/limits-hold.js';
import { noLeakedReservation } from './invariants/no-leaked-reservation.js';
import { noOversell } from './invariants/no-oversell.js';
import { noUndersell } from './invariants/no-undersell.js';
import { nothingLost } from './invariants/nothing-lost.js';
import { once } from './invariants/once.js';
import { purchasesAgree } from './invariants/purchases-agree.js';
import type { Verdict } from './verdict.js';

const INVARIANTS: readonly ((evidence: Evidence) => Verdict)[] = [
  noOversell,
  noUndersell,
  nothingLost,
  everyOrderAskedFor,
  once,
  limitsHold,
  noLeakedReservation,
  purchasesAgree,
  ledgerAgrees,
  balancedThroughout,
  everyRequestEnds,
];

/**
 * Holds what a run left behind against every promise; a function of its argument alone.
 * @returns one verdict per invariant, the gravest promises first
 */
export function check(evidence: Evidence): Verdict[] {
  return INVARIANTS.map((invariant) => invariant(evidence));
}

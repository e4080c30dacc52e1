import { StockTakenError } from '#inventory';
import { isConflict, violatedConstraint } from '#platform';
import { isArchivedKeyRace, isPurchaseLimitRace } from './record.js';

/** Guards that fire when what was read is out of date: the transaction was rolled back and is decided again. */
const READ_OUT_OF_DATE = new Set([
  'customer_order_idempotency_recent',
  'stock_level_reserved_within_on_hand',
  'sale_item_held_within_allotment',
]);

/** Whether others were in the way: the transaction wrote nothing, and a fresh one decides on what is there now. */
export function isDecidedAgain(error: unknown): boolean {
  return (
    isConflict(error) ||
    isPurchaseLimitRace(error) ||
    isArchivedKeyRace(error) ||
    error instanceof StockTakenError ||
    READ_OUT_OF_DATE.has(violatedConstraint(error) ?? '')
  );
}

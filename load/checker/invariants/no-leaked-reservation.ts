import type { Evidence } from '../evidence.js';
import { unitsOf } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const NO_LEAKED_RESERVATION = 'no leaked reservation';

/** What is reserved is exactly what the orders that are waiting for payment hold. */
export function noLeakedReservation({ snapshot, parameters }: Evidence): Verdict {
  const violations = new Violations();
  const skus = new Map(parameters.items.map(({ itemId, sku }) => [itemId, sku]));
  const waiting = snapshot.orders.filter(({ stockState }) => stockState === 'reserved');
  let total = 0;
  for (const { itemId, reserved } of snapshot.stock) {
    const held = unitsOf(waiting, itemId);
    total += held;
    violations.expect(
      reserved === held,
      () => `${skus.get(itemId) ?? itemId}: ${reserved} reserved, but orders hold ${held}`,
    );
  }
  return violations.verdict(NO_LEAKED_RESERVATION, `${total} units reserved, all of them for an order`);
}

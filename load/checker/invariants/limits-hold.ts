import type { Evidence } from '../evidence.js';
import { holdsStock, unitsByBuyer } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const LIMITS_HOLD = 'limits hold';

/** No buyer has more than the limit, and nobody heard of a limit that his orders do not reach. */
export function limitsHold(evidence: Evidence): Verdict {
  const { snapshot, parameters } = evidence;
  const limited = parameters.items.filter(({ purchaseLimit }) => purchaseLimit !== null);
  if (limited.length === 0) return { name: LIMITS_HOLD, ok: true, detail: 'the sale has none', examples: [] };
  const limits = new Map(limited.map(({ itemId, purchaseLimit }) => [itemId, purchaseLimit ?? 0]));
  const violations = new Violations();
  const held = unitsByBuyer(snapshot.orders, parameters.saleId);
  let most = 0;
  for (const [itemId, limit] of limits) {
    for (const [buyerId, units] of held.get(itemId) ?? []) {
      most = Math.max(most, units);
      violations.expect(
        units <= limit,
        () => `buyer ${buyerId} has ${units} of item ${itemId}, the limit is ${limit}`,
      );
    }
  }
  for (const { buyerId, itemId, quantity } of snapshot.purchases ?? []) {
    const limit = limits.get(itemId) ?? Infinity;
    violations.expect(
      quantity <= limit,
      () => `buyer ${buyerId} is recorded with ${quantity} of item ${itemId}, the limit is ${limit}`,
    );
  }
  expectTrueRefusals(evidence, limits, held, violations);
  return violations.verdict(
    LIMITS_HOLD,
    `at most ${most} units a buyer, the limit is ${Math.min(...limits.values())}`,
  );
}

/** What a buyer has only grows while nothing is given back, so that a refusal must still be true at the end. */
function expectTrueRefusals(
  { history, snapshot }: Evidence,
  limits: ReadonlyMap<string, number>,
  held: ReadonlyMap<string, ReadonlyMap<string, number>>,
  violations: Violations,
): void {
  const gaveBack = new Set(
    snapshot.orders.filter((order) => !holdsStock(order)).map(({ buyerId }) => buyerId),
  );
  for (const { buyerId, attempts, lines } of history.orders()) {
    if (!attempts.some(({ answer }) => answer?.code === 'purchase_limit_reached') || gaveBack.has(buyerId))
      continue;
    const passesOne = lines.some(
      ({ itemId, quantity }) =>
        (held.get(itemId)?.get(buyerId) ?? 0) + quantity > (limits.get(itemId) ?? Infinity),
    );
    violations.expect(
      passesOne,
      () => `buyer ${buyerId} heard purchase_limit_reached and is below every limit`,
    );
  }
}

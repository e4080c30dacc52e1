import type { Evidence } from '../evidence.js';
import { holdsStock } from '../snapshot.js';
import { notChecked, Violations, type Verdict } from '../verdict.js';

export const PURCHASES_AGREE = 'purchases agree';

/** Where a sale limits what a buyer may have, what counts against the limit is what his orders hold. */
export function purchasesAgree({ snapshot }: Evidence): Verdict {
  if (!snapshot.purchases || !snapshot.saleItems)
    return notChecked(PURCHASES_AGREE, 'the purchases are in the database alone');
  const violations = new Violations();
  const limited = new Set(
    snapshot.saleItems
      .filter(({ purchaseLimit }) => purchaseLimit !== null)
      .map(({ saleId, itemId }) => keyOf(saleId, itemId)),
  );
  if (limited.size === 0)
    return { name: PURCHASES_AGREE, ok: true, detail: 'the sale limits none', examples: [] };
  const recorded = new Map(
    snapshot.purchases
      .filter(({ saleId, itemId }) => limited.has(keyOf(saleId, itemId)))
      .map((row) => [keyOf(row.saleId, row.itemId, row.buyerId), row.quantity]),
  );
  const held = new Map<string, number>();
  for (const { saleId, buyerId, lines } of snapshot.orders.filter(holdsStock)) {
    for (const { itemId, quantity } of lines) {
      if (!limited.has(keyOf(saleId, itemId))) continue;
      const key = keyOf(saleId, itemId, buyerId);
      held.set(key, (held.get(key) ?? 0) + quantity);
    }
  }
  for (const key of new Set([...recorded.keys(), ...held.keys()])) {
    const [quantity, units] = [recorded.get(key) ?? 0, held.get(key) ?? 0];
    violations.expect(
      quantity === units,
      () => `purchase ${key} (sale, item, buyer): ${quantity} recorded, ${units} in orders`,
    );
  }
  return violations.verdict(PURCHASES_AGREE, `${recorded.size} purchases are what the orders hold`);
}

function keyOf(...ids: readonly string[]): string {
  return ids.join(' ');
}

import type { Evidence } from '../evidence.js';
import { holdsStock } from '../snapshot.js';
import { notChecked, Violations, type Verdict } from '../verdict.js';

export const PURCHASES_AGREE = 'purchases agree';

/** What counts against a buyer's limit is what his orders hold. */
export function purchasesAgree({ snapshot }: Evidence): Verdict {
  if (!snapshot.purchases) return notChecked(PURCHASES_AGREE, 'the purchases are in the database alone');
  const violations = new Violations();
  const recorded = new Map(
    snapshot.purchases.map((row) => [keyOf(row.saleId, row.itemId, row.buyerId), row.quantity]),
  );
  const held = new Map<string, number>();
  for (const { saleId, buyerId, lines } of snapshot.orders.filter(holdsStock)) {
    for (const { itemId, quantity } of lines) {
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

function keyOf(saleId: string, itemId: string, buyerId: string): string {
  return `${saleId} ${itemId} ${buyerId}`;
}

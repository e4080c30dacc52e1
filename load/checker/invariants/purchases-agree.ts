import type { Evidence } from '../evidence.js';
import { holdsStock } from '../snapshot.js';
import { notChecked, Violations, type Verdict } from '../verdict.js';

export const PURCHASES_AGREE = 'purchases agree';

/** What counts against a buyer's limit is what his orders hold. Items without a limit need no such rows. */
export function purchasesAgree({ snapshot, parameters }: Evidence): Verdict {
  const { purchases, saleItems } = snapshot;
  if (!purchases || !saleItems) return notChecked(PURCHASES_AGREE, 'the purchases are in the database alone');
  const violations = new Violations();
  const recorded = new Map(purchases.map((row) => [keyOf(row.saleId, row.itemId, row.buyerId), row.quantity]));
  const limited = new Set(
    saleItems
      .filter(({ saleId, purchaseLimit }) => saleId === parameters.saleId && purchaseLimit !== null)
      .map(({ itemId }) => itemId),
  );
  const held = new Map<string, number>();
  for (const order of snapshot.orders.filter(holdsStock)) {
    for (const { itemId, quantity } of order.lines) {
      const key = keyOf(order.saleId, itemId, order.buyerId);
      held.set(key, (held.get(key) ?? 0) + quantity);
      const missing = limited.has(itemId) && !recorded.has(key);
      violations.expect(!missing, () => `buyer ${order.buyerId} has item ${itemId} in an order and no purchase of it`);
    }
  }
  for (const [key, quantity] of recorded) {
    const units = held.get(key) ?? 0;
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

import type { Evidence, SoldItem } from '../evidence.js';
import { acknowledgements } from '../history.js';
import { holdsStock, unitsOf, type Snapshot } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const NO_OVERSELL = 'no oversell';

/** Nobody has units that were never there: in the stock row, in the orders, in what buyers were told, per allotment. */
export function noOversell(evidence: Evidence): Verdict {
  const violations = new Violations();
  const { snapshot, parameters } = evidence;
  const acknowledged = acknowledgedUnits(evidence);
  const sentences = parameters.items.map((item) => {
    const promised = unitsOf(snapshot.orders.filter(holdsStock), item.itemId);
    const received = receivedUnits(snapshot, item);
    violations.expect(
      promised <= received,
      () =>
        `${item.sku}: ${promised} units in orders, ${received} received: oversold by ${promised - received}`,
    );
    const told = (acknowledged.get(item.itemId) ?? 0) - givenBackUnits(snapshot, item.itemId);
    violations.expect(
      told <= received,
      () => `${item.sku}: buyers were told of ${told} units, ${received} received`,
    );
    expectSoundStock(snapshot, item, received, violations);
    return `${promised} of ${received} ${item.sku}`;
  });
  expectAllotments(snapshot, violations);
  const shown =
    sentences.slice(0, 3).join(', ') + (sentences.length > 3 ? `, … (${sentences.length} items)` : '');
  return violations.verdict(NO_OVERSELL, `in orders: ${shown}`);
}

function expectSoundStock(
  snapshot: Snapshot,
  item: SoldItem,
  received: number,
  violations: Violations,
): void {
  const row = snapshot.stock.find(({ itemId }) => itemId === item.itemId);
  if (!row) {
    violations.add(`${item.sku}: it has no stock level any more`);
    return;
  }
  const { onHand, reserved } = row;
  violations.expect(
    0 <= reserved && reserved <= onHand,
    () => `${item.sku}: ${reserved} reserved of ${onHand} on hand`,
  );
  const sold = soldUnits(snapshot, item.itemId);
  violations.expect(
    received === onHand + sold,
    () => `${item.sku}: ${received} received, but ${onHand} on hand and ${sold} sold`,
  );
}

function expectAllotments({ saleItems, orders }: Snapshot, violations: Violations): void {
  for (const { saleId, itemId, allotment, held } of saleItems ?? []) {
    const ofSale = orders.filter((order) => order.saleId === saleId && holdsStock(order));
    const units = unitsOf(ofSale, itemId);
    violations.expect(
      allotment === null || (held <= allotment && units <= allotment),
      () => `sale ${saleId}: ${units} units in orders and ${held} held, allotted ${allotment ?? 'all'}`,
    );
    violations.expect(held === units, () => `sale ${saleId}: ${held} held, but ${units} units in orders`);
  }
}

/** What came in, deliveries and adjustments together. */
function receivedUnits({ movements }: Snapshot, item: SoldItem): number {
  if (!movements) return item.stock;
  return movements
    .filter(({ itemId, kind }) => itemId === item.itemId && (kind === 'receive' || kind === 'adjust'))
    .reduce((sum, { onHandDelta }) => sum + onHandDelta, 0);
}

function soldUnits({ movements, orders }: Snapshot, itemId: string): number {
  if (!movements) {
    return unitsOf(
      orders.filter(({ stockState }) => stockState === 'sold'),
      itemId,
    );
  }
  return -movements
    .filter(
      (movement) => movement.itemId === itemId && (movement.kind === 'sell' || movement.kind === 'return'),
    )
    .reduce((sum, { onHandDelta }) => sum + onHandDelta, 0);
}

/** Units of orders that were acknowledged and have ended since. */
function givenBackUnits({ orders }: Snapshot, itemId: string): number {
  return unitsOf(
    orders.filter((order) => !holdsStock(order)),
    itemId,
  );
}

/** Units in 201s, each order once. */
function acknowledgedUnits({ history }: Evidence): Map<string, number> {
  const units = new Map<string, number>();
  for (const asked of history.orders()) {
    if (acknowledgements(asked).length === 0) continue;
    for (const { itemId, quantity } of asked.lines) units.set(itemId, (units.get(itemId) ?? 0) + quantity);
  }
  return units;
}

import type { Evidence } from '../evidence.js';
import type { MovementKind, MovementRow, OrderRow, Snapshot, StockState } from '../snapshot.js';
import { notChecked, Violations, type Verdict } from '../verdict.js';

export const LEDGER_AGREES = 'ledger agrees';

/** The movements of a line's life so far: the usual way, and the way of a capture that came after the expiry. */
const LIVES: Readonly<Record<StockState, readonly (readonly MovementKind[])[]>> = {
  reserved: [['reserve']],
  sold: [
    ['reserve', 'sell'],
    ['reserve', 'release', 'sell'],
  ],
  released: [['reserve', 'release']],
  returned: [
    ['reserve', 'sell', 'return'],
    ['reserve', 'release', 'sell', 'return'],
  ],
};

/** The movements add up to the stock, and each change of an order's stock state has exactly one of them per line. */
export function ledgerAgrees({ snapshot, parameters }: Evidence): Verdict {
  const { movements } = snapshot;
  if (!movements) return notChecked(LEDGER_AGREES, 'the movements are in the database alone');
  const violations = new Violations();
  const skus = new Map(parameters.items.map(({ itemId, sku }) => [itemId, sku]));
  const nameOf = (itemId: string) => skus.get(itemId) ?? itemId;
  expectSums(snapshot, movements, nameOf, violations);
  const byLine = groupByLine(movements);
  for (const order of snapshot.orders) expectLives(order, byLine, nameOf, violations);
  for (const [line, rows] of byLine) {
    violations.add(`${rows.length} movements of line ${line}, which no order has`);
  }
  return violations.verdict(LEDGER_AGREES, `${movements.length} movements, ${snapshot.orders.length} orders`);
}

type NameOf = (itemId: string) => string;

function expectSums(
  { stock }: Snapshot,
  movements: readonly MovementRow[],
  nameOf: NameOf,
  violations: Violations,
): void {
  for (const { itemId, onHand, reserved } of stock) {
    const ofItem = movements.filter((movement) => movement.itemId === itemId);
    const onHandTotal = ofItem.reduce((sum, { onHandDelta }) => sum + onHandDelta, 0);
    const reservedTotal = ofItem.reduce((sum, { reservedDelta }) => sum + reservedDelta, 0);
    violations.expect(
      onHandTotal === onHand,
      () => `${nameOf(itemId)}: movements add up to ${onHandTotal} on hand, the stock level says ${onHand}`,
    );
    violations.expect(
      reservedTotal === reserved,
      () =>
        `${nameOf(itemId)}: movements add up to ${reservedTotal} reserved, the stock level says ${reserved}`,
    );
  }
}

/** Takes the movements of the order's lines out of `byLine`. */
function expectLives(
  order: OrderRow,
  byLine: Map<string, MovementRow[]>,
  nameOf: NameOf,
  violations: Violations,
): void {
  for (const { itemId, quantity } of order.lines) {
    const line = lineOf(order.id, itemId);
    const rows = byLine.get(line) ?? [];
    byLine.delete(line);
    const kinds = rows.map(({ kind }) => kind).sort();
    const life = LIVES[order.stockState].find((expected) => sameKinds(expected, kinds));
    if (!life) {
      const found = kinds.join(', ') || 'none';
      violations.add(
        `order ${order.id}, ${nameOf(itemId)}: ${order.stockState}, but its movements are: ${found}`,
      );
      continue;
    }
    for (const row of rows) {
      const [onHandDelta, reservedDelta] = deltasOf(row.kind, quantity, life.includes('release'));
      violations.expect(
        row.onHandDelta === onHandDelta && row.reservedDelta === reservedDelta,
        () =>
          `order ${order.id}: ${row.kind} of ${quantity} moved (${row.onHandDelta}, ${row.reservedDelta})`,
      );
    }
  }
}

/** On hand and reserved. A sale whose hold had been released takes from the stock alone. */
function deltasOf(kind: MovementKind, quantity: number, wasReleased: boolean): readonly [number, number] {
  switch (kind) {
    case 'reserve':
      return [0, quantity];
    case 'release':
      return [0, -quantity];
    case 'sell':
      return [-quantity, wasReleased ? 0 : -quantity];
    case 'receive':
    case 'adjust':
    case 'return':
      return [quantity, 0];
    default:
      return kind satisfies never;
  }
}

function groupByLine(movements: readonly MovementRow[]): Map<string, MovementRow[]> {
  const byLine = new Map<string, MovementRow[]>();
  for (const movement of movements) {
    if (movement.orderId === null) continue;
    const line = lineOf(movement.orderId, movement.itemId);
    const rows = byLine.get(line);
    if (rows) rows.push(movement);
    else byLine.set(line, [movement]);
  }
  return byLine;
}

function sameKinds(expected: readonly MovementKind[], sorted: readonly MovementKind[]): boolean {
  return [...expected].sort().join() === sorted.join();
}

function lineOf(orderId: string, itemId: string): string {
  return `${orderId}/${itemId}`;
}

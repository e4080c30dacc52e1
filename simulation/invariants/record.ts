import { keyOf, type CustomerOrder, type StockMovement, type Tables } from '../postgres/tables.js';
import type { StockState } from '../postgres/states.js';
import {
  FENCES_IN_ORDER,
  LEDGER_AGREES,
  LIMITS_HOLD,
  NO_OVERSELL,
  ONCE,
  type Violation,
} from './violation.js';

/** The movements of a line's life, the one of a capture that came after the end of its hold included. */
const LIVES: Readonly<Record<StockState, readonly string[]>> = {
  reserved: ['reserve'],
  sold: ['reserve sell', 'reserve release sell'],
  released: ['reserve release'],
  returned: ['reserve sell return', 'reserve release sell return'],
};

interface Sums {
  onHand: number;
  reserved: number;
  received: number;
  orderedReserved: number;
  orderedSold: number;
  fence: number;
}

/** What is committed, held against itself: whatever the last transaction was. */
export function recordViolations(tables: Tables): Violation[] {
  const sums = new Map<string, Sums>();
  for (const itemId of tables.stock.rows.keys()) {
    sums.set(itemId, { onHand: 0, reserved: 0, received: 0, orderedReserved: 0, orderedSold: 0, fence: 0 });
  }
  const found = [
    movementsViolation(tables, sums),
    ordersViolation(tables, sums),
    keysViolation(tables),
    stockViolation(tables, sums),
    holdsViolation(tables),
  ];
  return found.filter((violation) => violation !== undefined);
}

function movementsViolation({ movements }: Tables, sums: ReadonlyMap<string, Sums>): Violation | undefined {
  let stale: Violation | undefined;
  for (const { itemId, orderId, onHandDelta, reservedDelta, fence } of movements.rows.values()) {
    const sum = sums.get(itemId);
    if (!sum) continue;
    sum.onHand += onHandDelta;
    sum.reserved += reservedDelta;
    if (orderId === null) sum.received += onHandDelta;
    if (fence !== null && fence < sum.fence) {
      const detail = `${itemId}: order ${orderId ?? ''} was reserved under a grant before the last one`;
      stale = { invariant: FENCES_IN_ORDER, detail };
    }
    sum.fence = Math.max(sum.fence, fence ?? 0);
  }
  return stale;
}

function ordersViolation(tables: Tables, sums: ReadonlyMap<string, Sums>): Violation | undefined {
  const lives = new Map<string, string>();
  let found: Violation | undefined;
  for (const { orderId, itemId, kind } of orderMovements(tables)) {
    const key = keyOf(orderId, itemId);
    const before = lives.get(key);
    lives.set(key, before === undefined ? kind : `${before} ${kind}`);
  }
  for (const { orderId, itemId, quantity } of tables.lines.rows.values()) {
    const order = tables.orders.rows.get(orderId);
    if (!order) return { invariant: LEDGER_AGREES, detail: `a line of order ${orderId}, which there is not` };
    const life = lives.get(keyOf(orderId, itemId)) ?? 'nothing';
    if (!LIVES[order.stockState].includes(life)) {
      const detail = `order ${orderId} is ${order.status}, its stock ${order.stockState}, its movements: ${life}`;
      found ??= { invariant: isTwice(life) ? ONCE : LEDGER_AGREES, detail };
    }
    const sum = sums.get(itemId);
    if (sum && order.stockState === 'reserved') sum.orderedReserved += quantity;
    if (sum && order.stockState === 'sold') sum.orderedSold += quantity;
  }
  return found;
}

function orderMovements({ movements }: Tables): (StockMovement & { orderId: string })[] {
  return [...movements.rows.values()].filter(
    (movement): movement is StockMovement & { orderId: string } => movement.orderId !== null,
  );
}

function isTwice(life: string): boolean {
  const kinds = life.split(' ');
  return new Set(kinds).size < kinds.length;
}

function keysViolation({ orders }: Tables): Violation | undefined {
  const byKey = new Map<string, CustomerOrder>();
  for (const order of orders.rows.values()) {
    const key = keyOf(order.buyerId, order.idempotencyKey);
    const other = byKey.get(key);
    if (other) return { invariant: ONCE, detail: `orders ${other.id} and ${order.id} have one key` };
    byKey.set(key, order);
  }
  return undefined;
}

function stockViolation({ stock }: Tables, sums: ReadonlyMap<string, Sums>): Violation | undefined {
  for (const { itemId, onHand, reserved } of stock.rows.values()) {
    const sum = sums.get(itemId);
    if (!sum) continue;
    if (reserved < 0 || reserved > onHand) {
      return { invariant: NO_OVERSELL, detail: `${itemId}: ${reserved} reserved of ${onHand} on hand` };
    }
    const isAgreed =
      sum.onHand === onHand &&
      sum.reserved === reserved &&
      sum.orderedReserved === reserved &&
      sum.received === onHand + sum.orderedSold;
    if (!isAgreed) {
      const detail =
        `${itemId}: ${onHand} on hand (movements ${sum.onHand}), ${reserved} reserved (movements ${sum.reserved}, ` +
        `orders ${sum.orderedReserved}), ${sum.received} received, ${sum.orderedSold} sold`;
      return { invariant: LEDGER_AGREES, detail };
    }
  }
  return undefined;
}

/** What orders hold, of allotments and of limits. */
function holdsViolation(tables: Tables): Violation | undefined {
  const bySale = new Map<string, number>();
  const byBuyer = new Map<string, { sale: string; units: number }>();
  for (const { orderId, itemId, quantity } of tables.lines.rows.values()) {
    const order = tables.orders.rows.get(orderId);
    if (!order) continue;
    const held = order.stockState === 'reserved' || order.stockState === 'sold' ? quantity : 0;
    const [sale, buyer] = [keyOf(order.saleId, itemId), keyOf(order.saleId, itemId, order.buyerId)];
    bySale.set(sale, (bySale.get(sale) ?? 0) + held);
    byBuyer.set(buyer, { sale, units: (byBuyer.get(buyer)?.units ?? 0) + held });
  }
  for (const [key, { held, allotment }] of tables.saleItems.rows) {
    const units = bySale.get(key) ?? 0;
    if (units > (allotment ?? Infinity)) {
      return {
        invariant: NO_OVERSELL,
        detail: `${key}: ${units} held of an allotment of ${allotment ?? ''}`,
      };
    }
    if (units !== held) {
      return { invariant: LEDGER_AGREES, detail: `${key}: ${held} held, orders have ${units}` };
    }
  }
  for (const [key, { sale, units }] of byBuyer) {
    const limit = tables.saleItems.rows.get(sale)?.purchaseLimit ?? null;
    if (limit === null) continue;
    if (units > limit) return { invariant: LIMITS_HOLD, detail: `${key}: ${units} of at most ${limit}` };
    const counted = tables.purchases.rows.get(key)?.quantity ?? 0;
    if (units !== counted) {
      return { invariant: LIMITS_HOLD, detail: `${key}: ${counted} counted, orders have ${units}` };
    }
  }
  return undefined;
}

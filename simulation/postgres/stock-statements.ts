import type { Guards } from '../guards.js';
import {
  duplicates,
  numbers,
  optionalTexts,
  texts,
  violates,
  type Context,
  type Execution,
  type StatementModel,
} from './statement.js';
import { keyOf, type StockLevel, type StockMovement } from './tables.js';

/** Of `inventory/`: what changes stock once an order is there, and by hand. */
export const STOCK_STATEMENTS: Readonly<Record<string, StatementModel>> = {
  'inventory/order-stock': orderStock,
  'inventory/adjust': adjust,
  'SELECT reference, item_id, on_hand_delta FROM stock_movement WHERE reference = ANY ($1::text[])':
    knownReferences,
};

/** @throws DatabaseError as the CHECK does */
export function checkLevel({ onHand, reserved }: StockLevel, guards: Guards): void {
  const isWithin = 0 <= reserved && reserved <= onHand;
  if (guards.stockCheck && !isWithin) throw violates('stock_level_reserved_within_on_hand');
}

/** Each kind once a line, and each reference once. */
export function* insertMovement(
  { transaction, tables, guards }: Context,
  movement: StockMovement,
): Execution {
  const { orderId, itemId, kind, reference } = movement;
  if (orderId !== null && guards.movementOnce) {
    const key = keyOf(itemId, orderId, kind);
    yield keyOf('stock_movement_once', key);
    const isTaken = transaction
      .all(tables.movements)
      .some((other) => other.orderId === orderId && other.itemId === itemId && other.kind === kind);
    if (isTaken) throw duplicates('stock_movement_once');
  }
  if (reference !== null) {
    yield keyOf('stock_movement_reference', reference);
    const isTaken = transaction.all(tables.movements).some((other) => other.reference === reference);
    if (isTaken) throw duplicates('stock_movement_reference');
  }
  transaction.put(tables.movements, movement.id, movement);
  return [];
}

function* orderStock(context: Context, values: readonly unknown[]): Execution {
  const [kind, onHandOfUnit, reservedOfUnit] = [String(values[0]), Number(values[1]), Number(values[2])];
  const [ids, orderIds, itemIds, quantities] = [
    texts(values[3]),
    texts(values[4]),
    texts(values[5]),
    numbers(values[6]),
  ];
  const totals = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const [orderId = '', itemId = '', quantity = 0] = [orderIds[index], itemIds[index], quantities[index]];
    yield* insertMovement(context, {
      ...{ id, itemId, orderId, kind },
      onHandDelta: quantity * onHandOfUnit,
      reservedDelta: quantity * reservedOfUnit,
      fence: null,
      reference: null,
    });
    totals.set(itemId, (totals.get(itemId) ?? 0) + quantity);
  }
  for (const [itemId, quantity] of totals) {
    yield* changeLevel(context, itemId, {
      onHand: quantity * onHandOfUnit,
      reserved: quantity * reservedOfUnit,
    });
  }
  return [];
}

function* changeLevel(
  { transaction, tables, guards }: Context,
  itemId: string,
  by: { readonly onHand: number; readonly reserved: number },
): Execution {
  yield keyOf('stock_level', itemId);
  const level = transaction.get(tables.stock, itemId);
  if (!level) return [];
  const after = {
    ...level,
    onHand: level.onHand + by.onHand,
    reserved: level.reserved + by.reserved,
    version: level.version + 1,
  };
  checkLevel(after, guards);
  transaction.put(tables.stock, itemId, after);
  return [];
}

function* adjust(context: Context, values: readonly unknown[]): Execution {
  const [ids, itemIds, quantities] = [texts(values[0]), texts(values[1]), numbers(values[2])];
  const references = optionalTexts(values[4]);
  for (const [index, id] of ids.entries()) {
    const [itemId = '', quantity = 0] = [itemIds[index], quantities[index]];
    yield* insertMovement(context, {
      ...{ id, itemId, orderId: null, kind: 'adjust' },
      onHandDelta: quantity,
      reservedDelta: 0,
      fence: null,
      reference: references[index] ?? null,
    });
    yield* changeLevel(context, itemId, { onHand: quantity, reserved: 0 });
  }
  return [];
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* knownReferences({ transaction, tables }: Context, [references]: readonly unknown[]): Execution {
  const asked = texts(references);
  return transaction
    .all(tables.movements)
    .filter(({ reference }) => reference !== null && asked.includes(reference))
    .map(({ reference, itemId, onHandDelta }) => ({
      reference,
      item_id: itemId,
      on_hand_delta: onHandDelta,
    }));
}

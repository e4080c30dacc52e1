import { checkLevel, insertMovement } from './stock-statements.js';
import {
  booleans,
  duplicates,
  numbers,
  optionalNumbers,
  refused,
  texts,
  violates,
  type Context,
  type Execution,
  type StatementModel,
} from './statement.js';
import { keyOf, type CustomerOrder, type Table } from './tables.js';

/** Of `placement/` and of what it needs of `inventory/`: how an order comes into being. */
export const PLACEMENT_STATEMENTS: Readonly<Record<string, StatementModel>> = {
  'inventory/claim': claim,
  'placement/snapshot': snapshot,
  'placement/record': record,
  'placement/refuse-archived-keys': refuseArchivedKeys,
  'inventory/reserve': reserve,
  'UPDATE stock_level SET version = version + 1 WHERE item_id = ANY ($1::uuid[])': touch,
};

function* claim(context: Context, [items, fences]: readonly unknown[]): Execution {
  const { transaction, tables, guards } = context;
  if (!guards.freshRead) transaction.snapshot = committedNow(context);
  const fenceOf = new Map(texts(items).map((item, index) => [item, optionalNumbers(fences)[index] ?? null]));
  const rows = [];
  for (const item of [...fenceOf.keys()].sort()) {
    if (!tables.stock.rows.has(item)) continue;
    if (guards.rowLock) yield keyOf('stock_level', item);
    const level = transaction.get(tables.stock, item);
    if (!level) continue;
    const fence = fenceOf.get(item) ?? null;
    const stale = guards.fence && fence !== null && fence < level.fence;
    rows.push({
      item_id: item,
      on_hand: level.onHand,
      reserved: level.reserved,
      later_fence: stale ? String(level.fence) : null,
    });
  }
  return rows;
}

function committedNow({ tables }: Context): Map<unknown, Map<string, unknown>> {
  const read: readonly Table<unknown>[] = [tables.stock, tables.saleItems, tables.purchases, tables.orders];
  return new Map(read.map((table) => [table, new Map(table.rows)]));
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* snapshot(context: Context, values: readonly unknown[]): Execution {
  const [sales, items, buyers, keys, archived, , , , withStock] = values;
  const { transaction, tables, guards, nowMs } = context;
  const rowsOf = <Row>(table: Table<Row>): readonly Row[] => {
    const early = transaction.snapshot?.get(table) as Map<string, Row> | undefined;
    return early ? [...early.values()] : transaction.all(table);
  };
  const [saleIds, itemIds, buyerIds] = [texts(sales), texts(items), texts(buyers)];
  const offers = rowsOf(tables.saleItems).filter(
    ({ saleId, itemId }) => saleIds.includes(saleId) && itemIds.includes(itemId),
  );
  const limited = (saleId: string, itemId: string) =>
    offers.some(
      (offer) => offer.saleId === saleId && offer.itemId === itemId && offer.purchaseLimit !== null,
    );
  const asked = texts(keys).map((key, index) => ({ key, buyerId: buyerIds[index] }));
  const placed = rowsOf(tables.orders).filter(
    (order) =>
      guards.keyLookUp &&
      (!order.archived || archived === true) &&
      asked.some(({ key, buyerId }) => order.buyerId === buyerId && order.idempotencyKey === key),
  );
  return [
    {
      now_ms: String(Math.floor(nowMs)),
      sales: rowsOf(tables.sales).filter(({ id }) => saleIds.includes(id)),
      offers: offers.map((offer) => ({ ...offer, sku: offer.itemId, currency: 'EUR' })),
      stock:
        withStock === true ? rowsOf(tables.stock).filter(({ itemId }) => itemIds.includes(itemId)) : null,
      purchases: rowsOf(tables.purchases).filter(
        ({ saleId, itemId, buyerId }) => limited(saleId, itemId) && buyerIds.includes(buyerId),
      ),
      placed: placed.map(({ buyerId, idempotencyKey, id, requestHash }) => ({
        buyerId,
        idempotencyKey,
        orderId: id,
        requestHash,
      })),
    },
  ];
}

function* record(context: Context, values: readonly unknown[]): Execution {
  const orders = ordersOf(values);
  yield* insertOrders(context, orders);
  const [lineOrders, lineItems] = [texts(values[10]), texts(values[11])];
  const [quantities, prices, limited] = [numbers(values[13]), numbers(values[14]), booleans(values[16])];
  const saleOf = new Map(orders.map((order) => [order.id, order]));
  const taken: Units[] = [];
  const bought = new Map<string, Units>();
  for (const [index, orderId] of lineOrders.entries()) {
    const [itemId = '', quantity = 0, unitPriceAmount = 0] = [
      lineItems[index],
      quantities[index],
      prices[index],
    ];
    const { saleId = '', buyerId = '' } = saleOf.get(orderId) ?? {};
    context.transaction.put(context.tables.lines, keyOf(orderId, itemId), {
      orderId,
      itemId,
      quantity,
      unitPriceAmount,
    });
    taken.push({ saleId, itemId, buyerId, quantity });
    if (limited[index] !== true) continue;
    const key = keyOf(saleId, itemId, buyerId);
    const sum = (bought.get(key)?.quantity ?? 0) + quantity;
    bought.set(key, { saleId, itemId, buyerId, quantity: sum });
  }
  const { guards } = context;
  for (const key of [...bought.keys()].sort()) {
    const purchase = bought.get(key);
    if (purchase) yield* countPurchase(context, purchase, { isLimited: guards.limitCondition });
  }
  yield* hold(context, taken, 1);
  return [];
}

function ordersOf(values: readonly unknown[]): CustomerOrder[] {
  const [created, ids, sales, buyers, keys, hashes, totals, currencies, , seconds] = values;
  const createdAtMs = (created as Date).getTime();
  const [holds, amounts] = [numbers(seconds), numbers(totals)];
  return texts(ids).map((id, index) => {
    const expiresAtMs = createdAtMs + (holds[index] ?? 0) * 1000;
    return {
      id,
      saleId: texts(sales)[index] ?? '',
      buyerId: texts(buyers)[index] ?? '',
      idempotencyKey: texts(keys)[index] ?? '',
      requestHash: texts(hashes)[index] ?? '',
      status: 'pending_payment',
      stockState: 'reserved',
      totalAmount: amounts[index] ?? 0,
      currency: texts(currencies)[index] ?? '',
      createdAtMs,
      expiresAtMs,
      firstExpiresAtMs: expiresAtMs,
      archived: false,
    };
  });
}

/** Whoever inserts a key that another one has inserted and not committed waits for what becomes of it. */
function* insertOrders(
  { transaction, tables, guards }: Context,
  orders: readonly CustomerOrder[],
): Execution {
  const sorted = [...orders].sort((a, b) =>
    keyOf(a.buyerId, a.idempotencyKey) < keyOf(b.buyerId, b.idempotencyKey) ? -1 : 1,
  );
  for (const order of sorted) {
    if (guards.orderKey) {
      yield keyOf('order_key', order.buyerId, order.idempotencyKey);
      const isTaken = transaction
        .all(tables.orders)
        .some(
          ({ buyerId, idempotencyKey, archived }) =>
            buyerId === order.buyerId && idempotencyKey === order.idempotencyKey && !archived,
        );
      if (isTaken) throw duplicates('customer_order_idempotency_recent');
    }
    transaction.put(tables.orders, order.id, order);
  }
  return [];
}

interface Units {
  readonly saleId: string;
  readonly itemId: string;
  readonly buyerId: string;
  readonly quantity: number;
}

/** The upsert of a purchase, whose condition is held against the row as it is when this transaction has it. */
export function* countPurchase(
  { transaction, tables }: Context,
  { saleId, itemId, buyerId, quantity }: Units,
  { isLimited }: { readonly isLimited: boolean },
): Execution {
  const offer = transaction.get(tables.saleItems, keyOf(saleId, itemId));
  const key = keyOf(saleId, itemId, buyerId);
  yield keyOf('purchase', key);
  const before = transaction.get(tables.purchases, key)?.quantity ?? 0;
  const limit = isLimited ? (offer?.purchaseLimit ?? Infinity) : Infinity;
  if (before + quantity > limit) {
    throw refused('HF001', 'A purchase limit was passed between the read and the write.');
  }
  transaction.put(tables.purchases, key, { saleId, itemId, buyerId, quantity: before + quantity });
  return [];
}

/** What orders hold of their sale's allotment. @param sign 1 to take, -1 to give back */
export function* hold(
  { transaction, tables, guards }: Context,
  units: readonly Units[],
  sign: 1 | -1,
): Execution {
  const totals = new Map<string, number>();
  for (const { saleId, itemId, quantity } of units) {
    totals.set(keyOf(saleId, itemId), (totals.get(keyOf(saleId, itemId)) ?? 0) + quantity);
  }
  for (const [key, quantity] of totals) {
    yield keyOf('sale_item', key);
    const offer = transaction.get(tables.saleItems, key);
    if (!offer) continue;
    const held = offer.held + sign * quantity;
    const isWithin = held >= 0 && held <= (offer.allotment ?? Infinity);
    if (guards.allotmentCheck && !isWithin) throw violates('sale_item_held_within_allotment');
    transaction.put(tables.saleItems, key, { ...offer, held });
  }
  return [];
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* refuseArchivedKeys(
  { transaction, tables }: Context,
  [buyers, keys]: readonly unknown[],
): Execution {
  const asked = new Set(texts(keys).map((key, index) => keyOf(texts(buyers)[index] ?? '', key)));
  const found = transaction
    .all(tables.orders)
    .some((order) => order.archived && asked.has(keyOf(order.buyerId, order.idempotencyKey)));
  if (found) throw refused('HF002', 'An idempotency key belongs to an order that was archived meanwhile.');
  return [];
}

function* reserve(context: Context, values: readonly unknown[]): Execution {
  const { transaction, tables, guards } = context;
  const [ids, orderIds, itemIds] = [texts(values[0]), texts(values[1]), texts(values[2])];
  const [quantities, fences] = [numbers(values[3]), optionalNumbers(values[4])];
  const totals = new Map<string, { quantity: number; fence: number | null }>();
  for (const [index, id] of ids.entries()) {
    const [orderId = '', itemId = '', quantity = 0] = [orderIds[index], itemIds[index], quantities[index]];
    const fence = fences[index] ?? null;
    yield* insertMovement(context, {
      id,
      itemId,
      orderId,
      kind: 'reserve',
      onHandDelta: 0,
      reservedDelta: quantity,
      fence,
      reference: null,
    });
    const total = totals.get(itemId);
    totals.set(itemId, {
      quantity: (total?.quantity ?? 0) + quantity,
      fence: highest(total?.fence ?? null, fence),
    });
  }
  const changed = [];
  for (const [itemId, { quantity, fence }] of totals) {
    yield keyOf('stock_level', itemId);
    const level = transaction.get(tables.stock, itemId);
    if (!level) continue;
    const after = {
      ...level,
      reserved: level.reserved + quantity,
      version: level.version + 1,
      fence: Math.max(level.fence, fence ?? 0),
    };
    checkLevel(after, guards);
    transaction.put(tables.stock, itemId, after);
    changed.push({ item_id: itemId });
  }
  return changed;
}

function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function* touch({ transaction, tables }: Context, [items]: readonly unknown[]): Execution {
  for (const item of texts(items)) {
    yield keyOf('stock_level', item);
    const level = transaction.get(tables.stock, item);
    if (level) transaction.put(tables.stock, item, { ...level, version: level.version + 1 });
  }
  return [];
}

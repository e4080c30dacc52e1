import {
  ProblemError,
  integerColumn,
  loadStatement,
  newId,
  textColumn,
  uuidColumn,
  type ProblemCode,
  type SqlExecutor,
} from '#platform';
import { claimStock } from './claim.js';
import { MAX_ON_HAND, stockOf, type Stock } from './stock.js';

const ADJUST = loadStatement(import.meta.url, './adjust.sql');

/** A change of what is on hand that no order made. */
export interface Adjustment {
  /** Undefined where there is no such item. */
  readonly itemId: string | undefined;
  /** Units to add, or to take away when negative. */
  readonly quantity: number;
  readonly reason: string;
  /** The caller's own name for it: it takes effect once. */
  readonly reference?: string;
}

/** What became of one adjustment. `already_applied`: by its reference, earlier. */
export type AdjustmentResult =
  | { readonly status: 'applied' | 'already_applied'; readonly stock: Stock }
  | { readonly status: 'refused'; readonly code: ProblemCode; readonly detail: string };

const NO_SUCH_ITEM = refused('not_found', 'There is no such item.');

/** Gives a new item its stock level and, where there is any, its first movement. */
export async function createStock(
  transaction: SqlExecutor,
  itemId: string,
  { quantity, lowStockThreshold }: { readonly quantity: number; readonly lowStockThreshold: number },
): Promise<Stock> {
  await transaction.query(
    'INSERT INTO stock_level (item_id, on_hand, low_stock_threshold) VALUES ($1, $2, $3)',
    [itemId, quantity, lowStockThreshold],
  );
  if (quantity > 0) {
    await transaction.query(
      `INSERT INTO stock_movement (id, item_id, kind, on_hand_delta, reserved_delta) VALUES ($1, $2, 'receive', $3, 0)`,
      [newId(), itemId, quantity],
    );
  }
  return stockOf({ onHand: quantity, reserved: 0 });
}

/** From how many available units on the shop hears `stock.low`. */
export async function setLowStockThreshold(
  transaction: SqlExecutor,
  itemId: string,
  units: number,
): Promise<void> {
  await transaction.query('UPDATE stock_level SET low_stock_threshold = $2 WHERE item_id = $1', [
    itemId,
    units,
  ]);
}

/**
 * Adds to what is on hand, or takes from it, in the caller's transaction.
 * @throws ProblemError not_found, stock_below_reserved, validation_failed
 */
export async function adjustStock(transaction: SqlExecutor, adjustment: Adjustment): Promise<Stock> {
  const [result = NO_SUCH_ITEM] = await adjustStocks(transaction, [adjustment]);
  if (result.status !== 'refused') return result.stock;
  const { code, detail: message } = result;
  const errors = code === 'validation_failed' ? { errors: [{ path: 'quantity', message }] } : {};
  throw new ProblemError(code, message, errors);
}

/**
 * Many adjustments in the caller's transaction, one after another: each takes effect as a whole, or is refused by itself.
 * @returns the result of each
 */
export async function adjustStocks(
  transaction: SqlExecutor,
  adjustments: readonly Adjustment[],
): Promise<AdjustmentResult[]> {
  const itemIds = new Set(adjustments.flatMap(({ itemId }) => itemId ?? []));
  const claims = [...itemIds].sort().map((itemId) => ({ itemId, fence: undefined }));
  const levels = await claimStock(transaction, claims);
  const stockById = new Map(levels.map((level) => [level.itemId, stockOf(level)]));
  const known = await knownReferences(transaction, adjustments);
  const applied: (Adjustment & { itemId: string })[] = [];
  const results = adjustments.map((adjustment): AdjustmentResult => {
    const { itemId, quantity, reference } = adjustment;
    const before = itemId === undefined ? undefined : stockById.get(itemId);
    if (itemId === undefined || !before) return NO_SUCH_ITEM;
    const earlier = reference === undefined ? undefined : known.get(reference);
    if (earlier) {
      if (earlier.itemId === itemId && earlier.quantity === quantity)
        return { status: 'already_applied', stock: before };
      return refused('idempotency_key_reused', 'This reference belongs to another adjustment.');
    }
    const refusal = refusalOf(before, quantity);
    if (refusal) return refusal;
    const stock = stockOf({ onHand: before.onHand + quantity, reserved: before.reserved });
    stockById.set(itemId, stock);
    if (reference !== undefined) known.set(reference, { itemId, quantity });
    applied.push({ ...adjustment, itemId });
    return { status: 'applied', stock };
  });
  if (applied.length > 0) {
    const ids = applied.map(() => newId()).sort(); // those of one millisecond are in no order
    await transaction.query(ADJUST, [
      uuidColumn(ids, (id) => id),
      uuidColumn(applied, ({ itemId }) => itemId),
      integerColumn(applied, ({ quantity }) => quantity),
      textColumn(applied, ({ reason }) => reason),
      textColumn(applied, ({ reference }) => reference ?? null),
    ]);
  }
  return results;
}

interface KnownReference {
  readonly itemId: string;
  readonly quantity: number;
}

async function knownReferences(
  transaction: SqlExecutor,
  adjustments: readonly Adjustment[],
): Promise<Map<string, KnownReference>> {
  const references = adjustments.flatMap(({ reference }) => reference ?? []);
  if (references.length === 0) return new Map();
  const rows = await transaction.query<{ reference: string; item_id: string; on_hand_delta: number }>(
    'SELECT reference, item_id, on_hand_delta FROM stock_movement WHERE reference = ANY ($1::text[])',
    [references],
  );
  return new Map(rows.map((row) => [row.reference, { itemId: row.item_id, quantity: row.on_hand_delta }]));
}

function refusalOf(before: Stock, quantity: number): AdjustmentResult | undefined {
  const onHand = before.onHand + quantity;
  if (onHand < before.reserved) {
    return refused(
      'stock_below_reserved',
      `${before.onHand} are on hand, ${before.reserved} of them reserved: at most ${before.available} can be taken away.`,
    );
  }
  if (onHand > MAX_ON_HAND) {
    return refused('validation_failed', `stock on hand must not pass ${MAX_ON_HAND}; it is ${before.onHand}`);
  }
  return undefined;
}

function refused(code: ProblemCode, detail: string): AdjustmentResult {
  return { status: 'refused', code, detail };
}

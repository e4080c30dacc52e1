import pg from 'pg';
import { nowMs } from '../clock.js';
import type {
  LineRow,
  MovementRow,
  OrderRow,
  PurchaseRow,
  SaleItemRow,
  Snapshot,
  StockRow,
} from './snapshot.js';

/** Which part of the record to read. */
export interface SnapshotScope {
  readonly saleId: string;
  readonly itemIds: readonly string[];
}

const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Reads the record in one REPEATABLE READ transaction, by statements of our own: no code of the service takes part.
 * @throws the error of pg when the database cannot be reached or read
 */
export async function readDatabase(databaseUrl: string, scope: SnapshotScope): Promise<Snapshot> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'holdfast-load-checker',
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const snapshot = await readRecord(client, scope);
    await client.query('COMMIT');
    return snapshot;
  } finally {
    await client.end();
  }
}

/** @returns such as `18.4` */
export async function readPostgresVersion(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  } finally {
    await client.end();
  }
}

// Integers of 8 bytes arrive as texts, amounts among them; all of ours are far below 2^53.
const STOCK = `
  SELECT item_id AS "itemId", on_hand AS "onHand", reserved
  FROM stock_level WHERE item_id = ANY ($1::uuid[]) ORDER BY item_id`;
const MOVEMENTS = `
  SELECT extract(epoch FROM created_at)::float8 * 1000 AS "atMs", item_id AS "itemId", order_id AS "orderId", kind,
         on_hand_delta AS "onHandDelta", reserved_delta AS "reservedDelta"
  FROM stock_movement WHERE item_id = ANY ($1::uuid[]) ORDER BY created_at, id`;
const SALE_ITEMS = `
  SELECT sale_id AS "saleId", item_id AS "itemId", purchase_limit AS "purchaseLimit", allotment, held
  FROM sale_item WHERE item_id = ANY ($1::uuid[]) ORDER BY sale_id, item_id`;
const PURCHASES = `
  SELECT sale_id AS "saleId", item_id AS "itemId", buyer_id AS "buyerId", quantity
  FROM purchase WHERE item_id = ANY ($1::uuid[]) ORDER BY sale_id, item_id, buyer_id`;
const ORDERS_IN_SCOPE = `
  SELECT o.id FROM customer_order o
  WHERE o.sale_id = $2 OR EXISTS (
    SELECT FROM order_line l WHERE l.order_id = o.id AND l.item_id = ANY ($1::uuid[]))`;
const ORDERS = `
  SELECT id, sale_id AS "saleId", buyer_id AS "buyerId", idempotency_key AS key, stock_state AS "stockState",
         total_amount AS "totalAmount", currency
  FROM customer_order WHERE id IN (${ORDERS_IN_SCOPE}) ORDER BY id`;
const LINES = `
  SELECT order_id AS "orderId", item_id AS "itemId", quantity, unit_price_amount AS "unitPriceAmount"
  FROM order_line WHERE order_id IN (${ORDERS_IN_SCOPE}) ORDER BY order_id, item_id`;

/** The same within the caller's transaction. */
export async function readRecord(
  client: pg.ClientBase,
  { saleId, itemIds }: SnapshotScope,
): Promise<Snapshot> {
  const read = async <Row extends object>(text: string, ...more: unknown[]) =>
    (await client.query<Row>(text, [itemIds, ...more])).rows;
  const lines = await read<Texts<LineRow, 'unitPriceAmount'> & { orderId: string }>(LINES, saleId);
  const linesByOrder = new Map<string, LineRow[]>();
  for (const { orderId, unitPriceAmount, ...line } of lines) {
    const known = linesByOrder.get(orderId) ?? [];
    known.push({ ...line, unitPriceAmount: Number(unitPriceAmount) });
    linesByOrder.set(orderId, known);
  }
  const orders = await read<Texts<Omit<OrderRow, 'lines'>, 'totalAmount'>>(ORDERS, saleId);
  return {
    source: 'database',
    clockOffsetMs: await readClockOffset(client),
    stock: await read<StockRow>(STOCK),
    orders: orders.map((order) => ({
      ...order,
      totalAmount: Number(order.totalAmount),
      lines: linesByOrder.get(order.id) ?? [],
    })),
    movements: await read<MovementRow>(MOVEMENTS),
    saleItems: await read<SaleItemRow>(SALE_ITEMS),
    purchases: await read<PurchaseRow>(PURCHASES),
  };
}

async function readClockOffset(client: pg.ClientBase): Promise<number> {
  const sentMs = nowMs();
  const { rows } = await client.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  return (rows[0]?.now ?? 0) - (sentMs + nowMs()) / 2;
}

/** `Row` with some of its numbers as texts. */
type Texts<Row, Names extends keyof Row> = Omit<Row, Names> & Record<Names, string>;

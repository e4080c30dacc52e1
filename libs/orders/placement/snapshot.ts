import type { ClaimedStock } from '#inventory';
import { DatabaseUnavailableError, loadStatement, textColumn, uuidColumn, type SqlExecutor } from '#platform';
import type { SaleWindow } from '#sales';
import type { PlacementRequest } from './placement.js';

const SNAPSHOT = loadStatement(import.meta.url, './snapshot.sql');

/** What a sale offers of an item, at the price of the moment: an object for each sale and item, by which sums are kept. */
export interface Offer {
  readonly sku: string;
  readonly priceAmount: number;
  readonly purchaseLimit: number | null;
  readonly allotment: number | null;
  /** Units that orders of this sale hold or bought. */
  readonly held: number;
}

export interface SaleTerms extends SaleWindow {
  readonly reservationTtlSeconds: number;
  readonly currency: string;
  /** By item. */
  readonly offers: ReadonlyMap<string, Offer>;
}

export interface StockRead extends ClaimedStock {
  /** Grows with every change, for those who read without a claim. */
  readonly version?: number;
}

/** What a batch is decided on. */
export interface Snapshot {
  /** The database's clock, in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly sales: ReadonlyMap<string, SaleTerms>;
  readonly stock: ReadonlyMap<string, StockRead>;
  /** Units by `purchaseKey`. */
  readonly purchases: ReadonlyMap<string, number>;
  /** Orders that exist already, by `placedKey`. */
  readonly placed: ReadonlyMap<string, { readonly orderId: string; readonly requestHash: string }>;
}

export function purchaseKey(of: { saleId: string; buyerId: string }, itemId: string): string {
  return `${of.saleId}/${itemId}/${of.buyerId}`;
}

export function placedKey(of: { buyerId: string; idempotencyKey: string }): string {
  return `${of.buyerId}/${of.idempotencyKey}`;
}

/**
 * @param archivedKeys whether orders that were archived are found by their keys; without them a refusal is not definite
 * @param claim under way, of the stock of all items; without one the stock is read
 * @throws DatabaseUnavailableError where it is not the primary that answers, and what the claim throws
 */
export async function readSnapshot(
  sql: SqlExecutor,
  requests: readonly PlacementRequest[],
  { archivedKeys, claim }: { archivedKeys: boolean; claim?: Promise<readonly ClaimedStock[]> | undefined },
): Promise<Snapshot> {
  const read = queryRow(sql, requests, { archivedKeys, stock: claim === undefined });
  const [row, claimed] = await Promise.all([read, claim]);
  if (!row) throw new DatabaseUnavailableError(new Error('this is a standby'), { entered: false });
  return {
    nowMs: Number(row.now_ms),
    sales: new Map(
      (row.sales ?? []).map((sale) => [sale.id, { ...sale, ...offersOf(sale.id, row.offers ?? []) }]),
    ),
    stock: new Map((claimed ?? row.stock ?? []).map((level) => [level.itemId, level])),
    purchases: new Map(
      (row.purchases ?? []).map((entry) => [purchaseKey(entry, entry.itemId), entry.quantity]),
    ),
    placed: new Map((row.placed ?? []).map((entry) => [placedKey(entry), entry])),
  };
}

async function queryRow(
  sql: SqlExecutor,
  requests: readonly PlacementRequest[],
  { archivedKeys, stock }: { archivedKeys: boolean; stock: boolean },
): Promise<SnapshotRow | undefined> {
  const lines = requests.flatMap(({ saleId, buyerId, lines }) =>
    lines.map(({ itemId }) => ({ saleId, buyerId, itemId })),
  );
  const [row] = await sql.query<SnapshotRow>(SNAPSHOT, [
    [...new Set(requests.map((request) => request.saleId))],
    uuidColumn(itemIdsOf(requests), (itemId) => itemId),
    uuidColumn(requests, (request) => request.buyerId),
    textColumn(requests, (request) => request.idempotencyKey),
    archivedKeys,
    uuidColumn(lines, (line) => line.saleId),
    uuidColumn(lines, (line) => line.itemId),
    uuidColumn(lines, (line) => line.buyerId),
    stock,
  ]);
  return row;
}

/** The items of a batch, each once. The order in which their rows are locked is the statements'. */
export function itemIdsOf(requests: readonly PlacementRequest[]): string[] {
  const itemIds = new Set<string>();
  for (const { lines } of requests) for (const { itemId } of lines) itemIds.add(itemId);
  return [...itemIds];
}

function offersOf(saleId: string, offers: readonly OfferRow[]): Pick<SaleTerms, 'currency' | 'offers'> {
  const own = offers.filter((offer) => offer.saleId === saleId);
  return { currency: own[0]?.currency ?? '', offers: new Map(own.map((offer) => [offer.itemId, offer])) };
}

type OfferRow = Offer & { saleId: string; itemId: string; currency: string };

interface SnapshotRow {
  now_ms: string;
  sales: (SaleWindow & { id: string; reservationTtlSeconds: number })[] | null;
  offers: OfferRow[] | null;
  stock: StockRead[] | null;
  purchases: { saleId: string; itemId: string; buyerId: string; quantity: number }[] | null;
  placed: { buyerId: string; idempotencyKey: string; orderId: string; requestHash: string }[] | null;
}

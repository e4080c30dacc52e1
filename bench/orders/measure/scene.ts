import { createCatalogue } from '#load';
import type { RequestsOrder } from '../generator/requests.js';
import type { Cell, Workload } from '../cell.js';
import type { Distribution } from '../generator/distribution.js';
import type { ServiceRecord } from '../servers/service.js';

/** What a cell sells, and which answers it is about. */
export interface Scene {
  readonly saleId: string;
  readonly requests: RequestsOrder;
  /** Such as `201` or `409 sold_out`. */
  readonly wanted: string;
}

interface Goods {
  readonly items: number;
  readonly stock: number;
  readonly distribution: Distribution;
  readonly wanted: string;
}

const ENDLESS = 10_000_000;
const ORDERS: Readonly<Record<Exclude<Workload, 'sale-page' | 'sale-page-known'>, Goods>> = {
  'hot-item': { items: 1, stock: ENDLESS, distribution: 'one', wanted: '201' },
  zipf: { items: 1_000, stock: ENDLESS, distribution: 'zipf', wanted: '201' },
  carts: { items: 100, stock: ENDLESS, distribution: 'cart', wanted: '201' },
  'sold-out': { items: 1, stock: 0, distribution: 'one', wanted: '409 sold_out' },
};
const PAGE_ITEMS = 10;
const LIMIT = 1; // each order is a new buyer's

/**
 * Makes a sale of the cell's own, so that its books hold no orders but the cell's.
 * @param count how many requests are to be made beforehand
 * @throws LoadError when the service does not let us
 */
export async function setScene(
  { workload, limited }: Pick<Cell, 'workload' | 'limited'>,
  { api, secret }: ServiceRecord,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Scene> {
  if (workload === 'sale-page' || workload === 'sale-page-known') {
    const { saleId } = await sell(api, PAGE_ITEMS, ENDLESS);
    const path = `/v1/sales/${saleId}`;
    if (workload === 'sale-page')
      return { saleId, requests: { kind: 'reads', path, etag: undefined }, wanted: '200' };
    const etag = await etagOf(`${api.url}${path}`);
    return { saleId, requests: { kind: 'reads', path, etag }, wanted: '304' };
  }
  const { items, stock, distribution, wanted } = ORDERS[workload];
  const { saleId, itemIds } = await sell(api, items, stock, limited ? LIMIT : undefined);
  return { saleId, wanted, requests: { kind: 'orders', secret, saleId, itemIds, distribution, count, seed } };
}

/** For the bare server, which takes any item for one. */
export function imaginaryScene(count: number, seed: number): Scene {
  const saleId = '00000000-0000-7000-8000-000000000001';
  const itemIds = ['00000000-0000-7000-8000-000000000002'];
  const secret = 'nobody verifies it';
  return {
    saleId,
    wanted: '201',
    requests: { kind: 'orders', secret, saleId, itemIds, distribution: 'one', count, seed },
  };
}

async function sell(
  api: ServiceRecord['api'],
  items: number,
  stock: number,
  purchaseLimit?: number,
): Promise<{ saleId: string; itemIds: string[] }> {
  const catalogue = await createCatalogue(api, { items, stock, purchaseLimit });
  return { saleId: catalogue.saleId, itemIds: catalogue.items.map(({ itemId }) => itemId) };
}

async function etagOf(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  await response.body?.cancel();
  return response.headers.get('etag') ?? '';
}

import { dataOf, type OrderPage, type OrderView } from '#client';
import { inParallel, type Api } from '../target/api.js';
import type { Sample } from './evidence.js';
import type { OrderRow, Snapshot, StockState } from './snapshot.js';

const READERS = 16;
const MAX_PAGES = 50;

/**
 * What can be seen of the record from outside: the reconciliation's stock and the orders of the run's buyers.
 * It takes one request a buyer. Movements, purchases, allotments and keys stay unseen.
 * @param stock the last reconciliation, read when all was quiet
 * @throws LoadError when the service does not answer as the contract says
 */
export async function readApi(
  api: Api,
  options: {
    readonly buyers: readonly { readonly buyerId: string; readonly token: string }[];
    readonly stock: Sample;
  },
): Promise<Snapshot> {
  const orders = await inParallel(options.buyers, READERS, (buyer) => ordersOf(api, buyer));
  return {
    source: 'api',
    clockOffsetMs: 0,
    stock: options.stock.items.map(({ itemId, onHand, reserved }) => ({ itemId, onHand, reserved })),
    orders: orders.flat(),
    movements: null,
    saleItems: null,
    purchases: null,
  };
}

async function ordersOf(
  api: Api,
  { buyerId, token }: { buyerId: string; token: string },
): Promise<OrderRow[]> {
  const client = api.buyer(token);
  const rows: OrderRow[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { query: cursor === null ? {} : { cursor } };
    const answer: OrderPage = await dataOf(client.GET('/v1/orders', { params }));
    rows.push(...answer.data.map((order) => rowOf(order, buyerId)));
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return rows;
}

function rowOf(order: OrderView, buyerId: string): OrderRow {
  return {
    id: order.id,
    saleId: order.saleId,
    buyerId,
    key: null,
    stockState: STOCK_STATES[order.status],
    totalAmount: order.total.amount,
    currency: order.total.currency,
    lines: order.lines.map(({ itemId, quantity, unitPrice }) => ({
      itemId,
      quantity,
      unitPriceAmount: unitPrice.amount,
    })),
  };
}

const STOCK_STATES: Readonly<Record<OrderView['status'], StockState>> = {
  pending_payment: 'reserved',
  paid: 'sold',
  fulfilled: 'sold',
  refund_pending: 'sold',
  refunded: 'returned',
  expired: 'released',
  cancelled: 'released',
};

import type { SaleEvent, SaleView, StockEvent } from '../sale.dto.js';

/** Everything that a client has to know to begin with, as server-sent events. */
export function snapshotOf(sale: SaleView): string {
  return saleEvent(sale) + sale.items.map(stockEvent).join('');
}

/** What has changed since, as server-sent events; empty where nothing has. */
export function changesBetween(before: SaleView, after: SaleView): string {
  const known = new Map(before.items.map((item) => [item.itemId, item]));
  const moved = after.items.filter(({ itemId, available }) => known.get(itemId)?.available !== available);
  const isSame =
    before.status === after.status && before.startsAt === after.startsAt && before.endsAt === after.endsAt;
  return (isSame ? '' : saleEvent(after)) + moved.map(stockEvent).join('');
}

function saleEvent({ id, status, startsAt, endsAt, serverTime }: SaleView): string {
  return eventOf('sale', { id, status, startsAt, endsAt, serverTime } satisfies SaleEvent);
}

function stockEvent({ itemId, available, availability }: SaleView['items'][number]): string {
  return eventOf('stock', { itemId, available, availability } satisfies StockEvent);
}

function eventOf(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

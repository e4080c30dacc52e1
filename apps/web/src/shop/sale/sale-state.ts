import type { SaleEvent, SaleView, StockEvent } from '#client';

/** How the page hears of changes: told as they happen, by asking, or not at all for the moment. */
export type Link = 'opening' | 'live' | 'asking' | 'lost';

export interface SaleState {
  readonly link: Link;
  /** Whether the service has been heard at all. */
  readonly isRead: boolean;
  /** The sale that is shown, null where none is on or planned. */
  readonly sale: SaleView | null;
}

/** The status by the clock, which knows of a beginning and an end before the service has told it. */
export function atTime(sale: SaleView, now: number): SaleView {
  const isOver = now >= Date.parse(sale.endsAt);
  const isScheduled = sale.status === 'scheduled';
  if (isOver && sale.status !== 'ended') return { ...sale, status: 'ended' };
  return isScheduled && now >= Date.parse(sale.startsAt) ? { ...sale, status: 'live' } : sale;
}

export function withSaleEvent(sale: SaleView, { status, startsAt, endsAt }: SaleEvent): SaleView {
  const isSame = sale.status === status && sale.startsAt === startsAt && sale.endsAt === endsAt;
  return isSame ? sale : { ...sale, status, startsAt, endsAt };
}

/** Items that stay as they are stay the same objects, so that only the others are drawn anew. */
export function withStock(sale: SaleView, events: ReadonlyMap<string, StockEvent>): SaleView {
  const items = sale.items.map((item) => {
    const event = events.get(item.itemId);
    if (!event || event.available === item.available) return item;
    return { ...item, available: event.available, availability: event.availability };
  });
  return items.every((item, place) => item === sale.items[place]) ? sale : { ...sale, items };
}

/** A sale that was read anew, with what is as it was in its old objects. */
export function keepingObjects(known: SaleView | null, read: SaleView): SaleView {
  if (known?.id !== read.id) return read;
  const before = new Map(known.items.map((item) => [item.itemId, item]));
  const items = read.items.map((item) => {
    const old = before.get(item.itemId);
    return old && JSON.stringify(old) === JSON.stringify(item) ? old : item;
  });
  return { ...read, items };
}

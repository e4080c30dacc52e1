import type { OrderView } from '#client';

/** What is being done to an order, or why it could not be. */
export type OrderAction =
  | { readonly kind: 'paying' | 'cancelling' }
  /** `until` is when it is sent again, on the server's clock. */
  | { readonly kind: 'waiting'; readonly code: string | null; readonly until: number }
  | { readonly kind: 'refused'; readonly code: string | null };

export interface OrdersState {
  /** Newest first. */
  readonly orders: readonly OrderView[];
  /** Of the next page of older ones; null where there is none. */
  readonly nextCursor: string | null;
  readonly isLoadingOlder: boolean;
  /** By order. */
  readonly actions: Readonly<Record<string, OrderAction | undefined>>;
}

export const NO_ORDERS: OrdersState = { orders: [], nextCursor: null, isLoadingOlder: false, actions: {} };

/** The orders with these among them: what was known is replaced, what is new is put in its place. */
export function merge(known: readonly OrderView[], read: readonly OrderView[]): readonly OrderView[] {
  const byId = new Map(known.map((order) => [order.id, order]));
  for (const order of read) {
    const old = byId.get(order.id);
    if (!old || JSON.stringify(old) !== JSON.stringify(order)) byId.set(order.id, order);
  }
  return [...byId.values()].sort(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id),
  );
}

export function isHeld({ status }: OrderView): boolean {
  return status === 'pending_payment';
}

export function isBeingPaid({ payments }: OrderView): boolean {
  return payments.some(({ status }) => status === 'pending');
}

/** Whether the service will change it without being asked. */
export function isUnsettled(order: OrderView): boolean {
  return isHeld(order) || order.status === 'refund_pending';
}

/** Units of an item that a buyer holds or has bought in a sale, as far as the known orders tell. */
export function unitsOf(orders: readonly OrderView[], saleId: string, itemId: string): number {
  return orders
    .filter(
      (order) => order.saleId === saleId && ['pending_payment', 'paid', 'fulfilled'].includes(order.status),
    )
    .flatMap(({ lines }) => lines)
    .filter((line) => line.itemId === itemId)
    .reduce((units, { quantity }) => units + quantity, 0);
}

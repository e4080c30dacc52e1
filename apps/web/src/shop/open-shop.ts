import { createContext, use } from 'react';
import { ensureBuyer } from './guest.js';
import { ItemNames } from './orders/item-names.js';
import { Orders } from './orders/orders.js';
import { purchaseApi } from './purchase/purchase-api.js';
import { Purchases, type Outcome } from './purchase/purchases.js';
import type { WantedItem } from './purchase/intent.js';
import { announce } from './announcer.js';
import { describeRefusal } from './messages.js';
import { LiveSale } from './sale/live-sale.js';

/** What the page is made of, outside of React. */
export interface OpenShop {
  readonly sale: LiveSale;
  readonly orders: Orders;
  readonly purchases: Purchases;
  readonly names: ItemNames;
  readonly buy: (item: WantedItem & { readonly name: string }) => void;
  /** @returns what closes it */
  readonly start: () => () => void;
}

/** A shop that shows the sale of `?sale=`, or the one that is on. */
export function openShop(): OpenShop {
  const sale = new LiveSale(new URLSearchParams(location.search).get('sale'));
  const orders = new Orders();
  const purchases = new Purchases(purchaseApi);
  const names = new ItemNames();
  let opened: string | undefined;

  async function finish(purchase: Promise<Outcome>, name: string): Promise<void> {
    const outcome = await purchase;
    const shown = sale.state.get().sale;
    if (outcome.kind === 'ordered') {
      announce(`${name} is held for you. Pay before the time runs out.`);
      orders.put([outcome.order]);
    } else if (outcome.kind === 'unknown') announce(`The shop has not said yet whether ${name} was ordered.`);
    else if (shown) announce(`${name}: ${describeRefusal(outcome.code, shown)}`);
    await Promise.all([sale.refresh(), orders.refresh()]);
  }

  /** What becomes of a sale's items when it is shown for the first time. */
  function welcome(): void {
    const shown = sale.state.get().sale;
    if (!shown) return;
    names.learn(shown.items);
    if (opened === shown.id) return;
    opened = shown.id;
    if (shown.status !== 'ended') void ensureBuyer(); // so that a click is one request
    for (const item of shown.items) {
      const purchase = purchases.resume(shown.id, item);
      if (purchase) void finish(purchase, item.name);
    }
  }

  return {
    sale,
    orders,
    purchases,
    names,
    buy: (item) => {
      const shown = sale.state.get().sale;
      if (shown) void finish(purchases.buy(shown.id, item), item.name);
    },
    start: () => {
      const ends = [
        sale.state.subscribe(welcome),
        orders.state.subscribe(() => void names.learnOf(orders.state.get().orders)),
        sale.start(),
        orders.start(),
      ];
      return () => ends.forEach((end) => end());
    },
  };
}

const ShopContext = createContext<OpenShop | null>(null);
export const ShopProvider = ShopContext.Provider;

export function useShop(): OpenShop {
  const shop = use(ShopContext);
  if (!shop) throw new Error('Only what is within the shop can use it.');
  return shop;
}

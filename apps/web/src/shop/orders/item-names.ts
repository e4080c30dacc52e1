import type { OrderView, SaleItemView } from '#client';
import { Store } from '../../shared/store.js';
import { readSale } from '../sale/read-sale.js';

export type NamedItem = Pick<SaleItemView, 'name' | 'imageUrl'>;

/** Names and pictures of what was ordered: an order itself knows SKUs. */
export class ItemNames {
  readonly names = new Store<ReadonlyMap<string, NamedItem>>(new Map());
  private readonly asked = new Set<string>();

  learn(items: readonly SaleItemView[]): void {
    const known = this.names.get();
    const isKnown = items.every(
      ({ itemId, name, imageUrl }) =>
        known.get(itemId)?.name === name && known.get(itemId)?.imageUrl === imageUrl,
    );
    if (isKnown) return;
    this.names.set(new Map([...known, ...items.map((item) => [item.itemId, item] as const)]));
  }

  /** Asks for the sales of items that have no name yet, once each. */
  async learnOf(orders: readonly OrderView[]): Promise<void> {
    const known = this.names.get();
    const nameless = orders.filter(({ lines }) => lines.some(({ itemId }) => !known.has(itemId)));
    const sales = new Set(nameless.map(({ saleId }) => saleId).filter((saleId) => !this.asked.has(saleId)));
    for (const saleId of sales) {
      this.asked.add(saleId);
      const { data } = await readSale(saleId, null);
      if (data) this.learn(data.items);
    }
  }
}

import { randomBytes } from 'node:crypto';
import type { Administrator } from './administrator.js';

/** What a run sells. */
export interface SoldItem {
  readonly itemId: string;
  readonly sku: string;
  readonly priceAmount: number;
  readonly purchaseLimit: number | null;
}

export interface Catalogue {
  readonly saleId: string;
  readonly currency: string;
  readonly items: readonly SoldItem[];
}

const CURRENCY = 'EUR';
const ITEMS = 6;
const STOCK = 60;
const LIMIT = 6;
const DAY_MS = 86_400_000;

/** Items of which every second has a purchase limit, in a sale that lasts. @throws LoadError */
export async function createCatalogue(
  administrator: Administrator,
  { reservationTtlSeconds }: { readonly reservationTtlSeconds: number },
): Promise<Catalogue> {
  const label = randomBytes(3).toString('hex');
  const items: SoldItem[] = [];
  for (let number = 0; number < ITEMS; number += 1) {
    const sku = `SOAK-${label}-${number}`;
    const priceAmount = 1_000 + 100 * number;
    const price = { amount: priceAmount, currency: CURRENCY };
    const itemId = await administrator.create('/v1/admin/items', { sku, name: sku, price, stock: STOCK });
    items.push({ itemId, sku, priceAmount, purchaseLimit: number % 2 === 0 ? LIMIT : null });
  }
  const saleId = await administrator.create('/v1/admin/sales', {
    name: `Soak ${label}`,
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: new Date(Date.now() + 30 * DAY_MS).toISOString(),
    reservationTtlSeconds,
    items: items.map(({ itemId, purchaseLimit }) => ({
      itemId,
      ...(purchaseLimit === null ? {} : { purchaseLimit }),
    })),
  });
  return { saleId, currency: CURRENCY, items };
}

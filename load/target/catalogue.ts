import { randomBytes } from 'node:crypto';
import { dataOf, type CreateSale } from '#client';
import type { SoldItem } from '../checker/evidence.js';
import type { LoadOptions } from '../options.js';
import { inParallel, type Api } from './api.js';

/** What a run sells. */
export interface Catalogue {
  readonly saleId: string;
  readonly currency: string;
  readonly items: readonly SoldItem[];
}

export interface Buyer {
  readonly buyerId: string;
  readonly token: string;
}

const CURRENCY = 'EUR';
const FIRST_PRICE = 129_900;
const SALE_DISCOUNT = 10_000;
const MINUTE_MS = 60_000;
const RESERVATION_TTL_SECONDS = 86_400; // no hold of a run ends before it is checked
const CALLERS = 16;

/** Creates the items and a sale that is live from now on. @throws LoadError */
export async function createCatalogue(
  api: Api,
  { items: count, stock, purchaseLimit }: Pick<LoadOptions, 'items' | 'stock' | 'purchaseLimit'>,
): Promise<Catalogue> {
  const label = randomBytes(4).toString('hex'); // a service that runs on may have items of earlier runs
  const numbers = Array.from({ length: count }, (_, index) => index);
  const items = await inParallel(numbers, CALLERS, (number) => createItem(api, { label, number, stock }));
  const soldItems = items.map(({ itemId, sku, ownPrice }, number) => ({
    itemId,
    sku,
    stock,
    // Every second item has a price of the sale's own: both ways to a price are checked.
    priceAmount: number % 2 === 1 ? ownPrice - SALE_DISCOUNT : ownPrice,
    purchaseLimit: purchaseLimit ?? null,
  }));
  const body: CreateSale = {
    name: `Load ${label}`,
    startsAt: new Date(Date.now() - MINUTE_MS).toISOString(),
    endsAt: new Date(Date.now() + RESERVATION_TTL_SECONDS * 1000).toISOString(),
    reservationTtlSeconds: RESERVATION_TTL_SECONDS,
    items: soldItems.map(({ itemId, priceAmount }, number) => ({
      itemId,
      ...(purchaseLimit === undefined ? {} : { purchaseLimit }),
      ...(number % 2 === 1 ? { price: { amount: priceAmount, currency: CURRENCY } } : {}),
    })),
  };
  const { id: saleId } = await dataOf(api.administrator.POST('/v1/admin/sales', { body }));
  return { saleId, currency: CURRENCY, items: soldItems };
}

/** So that a shop that runs on does not show it any longer. The record is left as it is. @throws LoadError */
export async function endSale(api: Api, saleId: string): Promise<void> {
  const body = { endsAt: new Date(Date.now() - 1_000).toISOString() };
  await api.administrator.PATCH('/v1/admin/sales/{id}', { params: { path: { id: saleId } }, body });
}

async function createItem(
  api: Api,
  { label, number, stock }: { label: string; number: number; stock: number },
): Promise<{ itemId: string; sku: string; ownPrice: number }> {
  const sku = `LOAD-${label}-${number + 1}`;
  const ownPrice = FIRST_PRICE + number * 100;
  const body = { sku, name: `Phone ${number + 1}`, price: { amount: ownPrice, currency: CURRENCY }, stock };
  const { id: itemId } = await dataOf(api.administrator.POST('/v1/admin/items', { body }));
  return { itemId, sku, ownPrice };
}

/** Signs `count` guests in, at most 16 at a time. @throws LoadError */
export function createBuyers(api: Api, count: number, onProgress: (done: number) => void): Promise<Buyer[]> {
  let done = 0;
  return inParallel(new Array<undefined>(count).fill(undefined), CALLERS, async () => {
    const { buyerId, token } = await dataOf(api.visitor.POST('/v1/auth/guest'));
    done += 1;
    onProgress(done);
    return { buyerId, token };
  });
}

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { Shop } from '../support/shop.js';
import { ROOT } from './launcher-process.js';

// The page's own module for buying, in Node, against a real service: what a browser adds is storage and an origin.

jest.setTimeout(120_000);

interface Item {
  readonly itemId: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
}
interface Outcome {
  readonly kind: 'ordered' | 'refused' | 'unknown';
  readonly code?: string;
  readonly order?: { readonly id: string };
}
interface PurchaseModule {
  buy(
    saleId: string,
    item: Item,
    onWaiting?: (obstacle: { code: string | null; waitMs: number }) => void,
  ): Promise<Outcome>;
  hasIntent(saleId: string, itemId: string): boolean;
}
type Send = typeof fetch;

let shop: Shop;
let saleId: string;
let item: Item;
let keysSent: (string | null)[];
const storage = new Map<string, string>();
const send: Send = globalThis.fetch;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());

beforeEach(async () => {
  const offer = await shop.offer(5, { purchaseLimit: 3 });
  saleId = offer.saleId;
  item = { itemId: offer.itemId, name: 'A phone', price: { amount: 10_000, currency: 'EUR' } };
  keysSent = [];
  storage.clear();
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    value: {
      getItem: (name: string) => storage.get(name) ?? null,
      setItem: (name: string, value: string) => storage.set(name, value),
      removeItem: (name: string) => storage.delete(name),
    },
  });
  network((deliver) => deliver());
});
afterEach(() => {
  globalThis.fetch = send;
});

/** What lies between page and service: `fate` gets each order on its way, numbered from 1, and how to deliver it. */
function network(fate: (deliver: () => Promise<Response>, attempt: number) => Promise<Response>): void {
  let attempt = 0;
  globalThis.fetch = (target, init) => {
    if (typeof target !== 'string') throw new Error('The page names its targets by path.');
    const deliver = () => send(shop.service.url + target, init);
    if (target !== '/v1/orders') return deliver();
    keysSent.push(new Headers(init?.headers).get('idempotency-key'));
    attempt += 1;
    return fate(deliver, attempt);
  };
}

let pages = 0;
/** A page that has just been loaded: nothing in memory, the storage as it was. */
async function loadPage(): Promise<PurchaseModule> {
  const url = pathToFileURL(path.join(ROOT, 'apps/web/purchase.js'));
  jest.resetModules();
  return (await import(`${url.href}?page=${(pages += 1)}`)) as PurchaseModule;
}

async function ordersMade(): Promise<number> {
  const { rows } = await shop.record.query<{ made: number }>(
    'SELECT count(*)::integer AS made FROM customer_order WHERE sale_id = $1',
    [saleId],
  );
  return rows[0]?.made ?? 0;
}

function problem(status: number, code: string, retryAfterSec?: number): Response {
  const headers = retryAfterSec === undefined ? {} : { 'retry-after': String(retryAfterSec) };
  return new Response(JSON.stringify({ code }), { status, headers });
}

test('a double click is one order', async () => {
  const page = await loadPage();
  const outcomes = await Promise.all([page.buy(saleId, item), page.buy(saleId, item)]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['ordered', 'ordered']);
  expect(outcomes[0].order?.id).toBe(outcomes[1].order?.id);
  expect(await ordersMade()).toBe(1);
  expect(page.hasIntent(saleId, item.itemId)).toBe(false);
});

test('two purchases, one after the other, are two orders of one buyer', async () => {
  const page = await loadPage();
  await page.buy(saleId, item);
  await page.buy(saleId, item);
  const { rows } = await shop.record.query(
    'SELECT DISTINCT buyer_id FROM customer_order WHERE sale_id = $1',
    [saleId],
  );
  expect([rows.length, await ordersMade()]).toEqual([1, 2]);
  expect(new Set(keysSent).size).toBe(2);
});

test('an answer that was lost is asked for again with the same key', async () => {
  network(async (deliver, attempt) => {
    const answer = await deliver();
    if (attempt > 1) return answer;
    throw new TypeError('connection lost');
  });
  const page = await loadPage();
  expect(await page.buy(saleId, item)).toMatchObject({ kind: 'ordered' });
  expect(keysSent).toHaveLength(2);
  expect(new Set(keysSent).size).toBe(1);
  expect(await ordersMade()).toBe(1);
});

test('a page that was loaded anew before the answer came finishes the same order', async () => {
  network((deliver, attempt) =>
    attempt === 1 ? deliver().then(() => new Promise(() => undefined)) : deliver(),
  );
  const before = await loadPage();
  void before.buy(saleId, item);
  while ((await ordersMade()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));

  const after = await loadPage();
  expect(after.hasIntent(saleId, item.itemId)).toBe(true);
  expect(await after.buy(saleId, item)).toMatchObject({ kind: 'ordered' });
  expect(new Set(keysSent).size).toBe(1);
  expect(await ordersMade()).toBe(1);
});

test('503 and 429 are tried again after the time that they name', async () => {
  network(async (deliver, attempt) => {
    if (attempt === 1) return problem(503, 'overloaded', 1);
    if (attempt === 2) return problem(429, 'rate_limited', 1);
    return deliver();
  });
  const page = await loadPage();
  const obstacles: unknown[] = [];
  const outcome = await page.buy(saleId, item, (obstacle) => obstacles.push(obstacle));
  expect(outcome).toMatchObject({ kind: 'ordered' });
  expect(obstacles).toEqual([
    { code: 'overloaded', waitMs: 1_000 },
    { code: 'rate_limited', waitMs: 1_000 },
  ]);
  expect(new Set(keysSent).size).toBe(1);
});

test('after its last attempt it keeps the key: pressing the button again asks for the same order', async () => {
  let away = true;
  network((deliver) => (away ? Promise.resolve(problem(503, 'outcome_unknown', 0)) : deliver()));
  const page = await loadPage();
  expect(await page.buy(saleId, item)).toEqual({ kind: 'unknown', code: 'outcome_unknown' });
  expect(page.hasIntent(saleId, item.itemId)).toBe(true);
  away = false;
  expect(await page.buy(saleId, item)).toMatchObject({ kind: 'ordered' });
  expect(new Set(keysSent).size).toBe(1);
});

test('a refusal is definite: the next click is another purchase', async () => {
  const page = await loadPage();
  for (let units = 0; units < 3; units += 1) await page.buy(saleId, item);
  expect(await page.buy(saleId, item)).toMatchObject({ kind: 'refused', code: 'purchase_limit_reached' });
  const dearer = { ...item, price: { amount: 1, currency: 'EUR' } };
  expect(await page.buy(saleId, dearer)).toMatchObject({ kind: 'refused' });
  expect(new Set(keysSent).size).toBe(5);
  expect(await ordersMade()).toBe(3);
});

test('a guest whose token is no longer known becomes a new one before anything was ordered', async () => {
  storage.set(
    'holdfast.guest',
    JSON.stringify({ buyerId: '00000000-0000-4000-8000-000000000000', token: 'stale' }),
  );
  const page = await loadPage();
  expect(await page.buy(saleId, item)).toMatchObject({ kind: 'ordered' });
  expect(await ordersMade()).toBe(1);
});

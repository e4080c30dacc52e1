import { beforeEach, expect, test } from '@jest/globals';
import type { OrderView } from '#client';
import { forget } from '../../shared/storage.js';
import type { Obstacle } from '../retry.js';
import type { Reply } from '../reply.js';
import { Purchases, type PurchaseApi, type Purchase } from './purchases.js';

const SALE = 'sale-1';
const ITEM = { itemId: 'item-1', price: { amount: 10_000, currency: 'EUR' } };
const BUYER = { buyerId: 'buyer-1', token: 'token-1', browser: 'browser-1' };

/** A service that places one order a key, and a network that may lose its answers. */
class Service implements PurchaseApi {
  readonly keys: string[] = [];
  readonly orders = new Map<string, OrderView>();
  /** What becomes of the attempts, in their order; afterwards all is well. */
  fates: (Reply<OrderView> | 'lost')[] = [];
  who = BUYER;
  hasForgotten = false;

  buyer = () => Promise.resolve(this.who);
  forgetBuyer = () => void (this.hasForgotten = true);

  order = (_: unknown, key: string): Promise<Reply<OrderView>> => {
    this.keys.push(key);
    const fate = this.fates.shift();
    if (fate && fate !== 'lost') return Promise.resolve(fate);
    const order = this.orders.get(key) ?? ({ id: `order-${this.orders.size + 1}` } as OrderView);
    this.orders.set(key, order);
    return Promise.resolve(fate === 'lost' ? problem(0) : { ...problem(201), data: order });
  };
}

function problem(status: number, code: string | null = null, retryAfterMs: number | null = null) {
  return { status, code, retryAfterMs, data: undefined, etag: null };
}

let service: Service;
let waits: number[];
const load = () => new Purchases(service, (ms) => Promise.resolve(void waits.push(ms)));

beforeEach(() => {
  service = new Service();
  waits = [];
  forget(`holdfast.intent.${SALE}.${ITEM.itemId}`);
});

test('a double click is one order, whether the answer comes between or after', async () => {
  const page = load();
  const both = await Promise.all([page.buy(SALE, ITEM), page.buy(SALE, ITEM)]);
  const late = await page.buy(SALE, ITEM);
  expect([...both, late].map((outcome) => outcome.kind)).toEqual(['ordered', 'ordered', 'ordered']);
  expect(service.orders.size).toBe(1);
});

test('two pages that know nothing of each other name the same purchase', async () => {
  const [one, other] = [load(), load()];
  await Promise.all([one.buy(SALE, ITEM), other.buy(SALE, ITEM)]);
  expect(new Set(service.keys).size).toBe(1);
});

test('a click after a moment is another purchase, however often the last one was repeated', async () => {
  const page = load();
  const now = Date.now();
  const clock = Date.now;
  try {
    for (const later of [0, 700, 1_400]) {
      Date.now = () => now + later;
      await page.buy(SALE, ITEM);
    }
  } finally {
    Date.now = clock;
  }
  expect(service.orders.size).toBe(2);
});

test('an answer that was lost is asked for again with the same key', async () => {
  service.fates = ['lost'];
  expect(await load().buy(SALE, ITEM)).toMatchObject({ kind: 'ordered', order: { id: 'order-1' } });
  expect(service.keys).toHaveLength(2);
  expect(new Set(service.keys).size).toBe(1);
});

test('a page that was loaded anew finishes what is open, and nothing else', async () => {
  service.fates = Array.from({ length: 10 }, () => 'lost' as const);
  expect(await load().buy(SALE, ITEM)).toMatchObject({ kind: 'unknown' });
  const after = load();
  expect(await after.resume(SALE, ITEM)).toMatchObject({ kind: 'ordered' });
  expect(after.resume(SALE, ITEM)).toBeUndefined();
  expect(service.orders.size).toBe(1);
});

test('it waits for as long as it is asked to, and says what for', async () => {
  service.fates = [problem(503, 'overloaded', 2_000), problem(429, 'rate_limited', 1_000)];
  const page = load();
  const seen: (Purchase | undefined)[] = [];
  page.states.subscribe(() => seen.push(page.states.get()[ITEM.itemId]));
  await page.buy(SALE, ITEM);
  expect(waits).toEqual([2_000, 1_000]);
  expect(seen.map((purchase) => purchase?.kind)).toEqual(['ordering', 'waiting', 'waiting', 'ordered']);
  expect(seen[1]).toMatchObject({ code: 'overloaded' } satisfies Partial<Obstacle>);
});

test('a refusal is definite, and its key is free for the next click', async () => {
  service.fates = [problem(409, 'sold_out')];
  const page = load();
  expect(await page.buy(SALE, ITEM)).toEqual({ kind: 'refused', code: 'sold_out' });
  expect(await page.buy(SALE, ITEM)).toMatchObject({ kind: 'ordered' });
  expect(new Set(service.keys).size).toBe(1);
});

test('a key that belongs to another order is not used again', async () => {
  service.fates = [problem(422, 'idempotency_key_reused')];
  const page = load();
  await page.buy(SALE, ITEM);
  await page.buy(SALE, ITEM);
  expect(new Set(service.keys).size).toBe(2);
});

test('a buyer who is no longer known is replaced before anything was ordered', async () => {
  service.fates = [problem(401, 'unauthenticated')];
  expect(await load().buy(SALE, ITEM)).toMatchObject({ kind: 'ordered' });
  expect(service.hasForgotten).toBe(true);
});

test('and not after: the order may have been made, and is not made twice', async () => {
  service.fates = ['lost', problem(401, 'unauthenticated')];
  expect(await load().buy(SALE, ITEM)).toEqual({ kind: 'refused', code: 'unauthenticated' });
  expect(service.orders.size).toBe(1);
});

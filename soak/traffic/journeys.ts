import { randomUUID } from 'node:crypto';
import { pause, type OrderLine, type Random } from '#load';
import type { Administrator } from './administrator.js';
import type { Buyer } from './buyer.js';
import type { Caller } from './caller.js';
import type { Catalogue } from './catalogue.js';

/** One visit of a buyer, and who there is for it. */
export interface Visit {
  readonly buyer: Buyer;
  readonly caller: Caller;
  readonly administrator: Administrator;
  readonly catalogue: Catalogue;
  readonly random: Random;
  readonly signal: AbortSignal;
}

type Journey = (visit: Visit) => Promise<void>;

const LOOKS = 40;
const LOOK_AGAIN_MS = 1_000;

/** What becomes of a visit, each as often as its weight says. */
const JOURNEYS: readonly (readonly [weight: number, journey: Journey])[] = [
  [40, paid],
  [5, paidSlowly],
  [8, declined],
  [10, cancelled],
  [13, leftToExpire],
  [6, sentAgain],
  [5, refunded],
  [6, fulfilled],
  [7, invalid],
];
const TOTAL_WEIGHT = JOURNEYS.reduce((sum, [weight]) => sum + weight, 0);

/** Walks one of them. @throws InterruptedError */
export function visitShop(visit: Visit): Promise<void> {
  let left = visit.random.below(TOTAL_WEIGHT);
  const chosen = JOURNEYS.find(([weight]) => {
    left -= weight;
    return left < 0;
  });
  return chosen ? chosen[1](visit) : Promise.resolve();
}

async function paid(visit: Visit): Promise<void> {
  const orderId = await order(visit);
  if (orderId === undefined) return;
  await visit.buyer.pay(orderId, 'succeed');
  await visit.buyer.list();
}

/** The gateway takes the money and does not say so at first. */
async function paidSlowly(visit: Visit): Promise<void> {
  const orderId = await order(visit);
  if (orderId !== undefined) await visit.buyer.pay(orderId, 'timeout');
}

/** Half of them try another card. */
async function declined(visit: Visit): Promise<void> {
  const orderId = await order(visit);
  if (orderId === undefined) return;
  await visit.buyer.pay(orderId, 'decline');
  await pause(2_000, visit.signal);
  if (visit.random.below(2) === 0) await visit.buyer.pay(orderId, 'succeed');
  else await visit.buyer.cancel(orderId);
}

async function cancelled(visit: Visit): Promise<void> {
  const orderId = await order(visit);
  if (orderId !== undefined) await visit.buyer.cancel(orderId);
}

async function leftToExpire(visit: Visit): Promise<void> {
  await order(visit);
}

async function sentAgain(visit: Visit): Promise<void> {
  const key = randomUUID();
  const lines = linesOf(visit);
  await visit.buyer.order(visit.catalogue.saleId, lines, key);
  await visit.buyer.order(visit.catalogue.saleId, [...lines].reverse(), key);
}

async function refunded(visit: Visit): Promise<void> {
  const orderId = await orderAndPay(visit);
  if (orderId === undefined) return;
  const body = { returnsStock: visit.random.below(2) === 0, reason: 'it was the wrong colour' };
  await visit.administrator.post(
    'POST /v1/admin/orders/:id/refund',
    `/v1/admin/orders/${orderId}/refund`,
    body,
  );
}

async function fulfilled(visit: Visit): Promise<void> {
  const orderId = await orderAndPay(visit);
  if (orderId === undefined) return;
  const path = `/v1/admin/orders/${orderId}/fulfilment`;
  await visit.administrator.post('POST /v1/admin/orders/:id/fulfilment', path);
}

/** What a service must bear from strangers. */
async function invalid({ buyer, caller, catalogue: { saleId } }: Visit): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  const post = { method: 'POST', path: '/v1/orders', headers } as const;
  const lines = [{ itemId: randomUUID(), quantity: 1 }];
  await buyer.call('POST /v1/orders (not JSON)', { ...post, body: '{"saleId":' });
  await buyer.call('POST /v1/orders (no lines)', { ...post, body: { saleId, lines: [] } });
  await buyer.call('POST /v1/orders (unknown item)', { ...post, body: { saleId, lines } });
  await caller.call('POST /v1/orders (no token)', { ...post, body: { saleId, lines } });
  await buyer.read(randomUUID());
}

/** @returns its id; undefined where it was refused */
async function order(visit: Visit): Promise<string | undefined> {
  const { status, body } = await visit.buyer.order(visit.catalogue.saleId, linesOf(visit));
  return status === 201 ? String(body.id) : undefined;
}

async function orderAndPay(visit: Visit): Promise<string | undefined> {
  const orderId = await order(visit);
  if (orderId === undefined) return undefined;
  await visit.buyer.pay(orderId, 'succeed');
  for (let look = 0; look < LOOKS; look += 1) {
    const { body } = await visit.buyer.read(orderId);
    if (body.status === 'paid') return orderId;
    await pause(LOOK_AGAIN_MS, visit.signal);
  }
  return undefined;
}

/** One item or two, some units of each. */
function linesOf({ catalogue, random }: Visit): OrderLine[] {
  return random
    .pick(catalogue.items, 1 + random.below(2))
    .map(({ itemId }) => ({ itemId, quantity: 1 + random.below(2) }));
}

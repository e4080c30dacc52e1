import type { CreatePayment, OrderPage, OrderView, PaymentReceipt } from '#client';
import { api } from '../api.js';
import { asBuyer, knownBuyer } from '../guest.js';
import { replyOf, type Reply } from '../reply.js';

export type SandboxOutcome = NonNullable<CreatePayment['outcome']>;

/** What a buyer asks about orders. @throws Error where the browser is nobody yet: who has no order asks nothing */
export function listOrders(cursor: string | null): Promise<Reply<OrderPage>> {
  const query = cursor === null ? {} : { cursor };
  return replyOf(api.GET('/v1/orders', { headers: known(), params: { query } }));
}

export function readOrder(id: string): Promise<Reply<OrderView>> {
  return replyOf(api.GET('/v1/orders/{id}', { headers: known(), params: { path: { id } } }));
}

export function payOrder(id: string, outcome: SandboxOutcome): Promise<Reply<PaymentReceipt>> {
  const body: CreatePayment = { method: 'sandbox', outcome };
  return replyOf(api.POST('/v1/orders/{id}/payments', { headers: known(), params: { path: { id } }, body }));
}

export function cancelOrder(id: string): Promise<Reply<OrderView>> {
  return replyOf(api.POST('/v1/orders/{id}/cancellation', { headers: known(), params: { path: { id } } }));
}

function known(): { authorization: string } {
  const buyer = knownBuyer();
  if (!buyer) throw new Error('Nobody has ordered from this browser.');
  return asBuyer(buyer);
}

import type { Answer, CreatePayment, OrderPage, OrderView, PaymentReceipt } from '#client';
import { api } from '../api.js';
import { asBuyer, knownBuyer } from '../guest.js';
import { replyOf, type Reply } from '../reply.js';

export type SandboxOutcome = NonNullable<CreatePayment['outcome']>;

type Headers = ReturnType<typeof asBuyer>;

export function listOrders(cursor: string | null): Promise<Reply<OrderPage>> {
  const query = cursor === null ? {} : { cursor };
  return asKnownBuyer((headers) => api.GET('/v1/orders', { headers, params: { query } }));
}

export function readOrder(id: string): Promise<Reply<OrderView>> {
  return asKnownBuyer((headers) => api.GET('/v1/orders/{id}', { headers, params: { path: { id } } }));
}

export function payOrder(id: string, outcome: SandboxOutcome): Promise<Reply<PaymentReceipt>> {
  const request = { params: { path: { id } }, body: { method: 'sandbox', outcome } as const };
  return asKnownBuyer((headers) => api.POST('/v1/orders/{id}/payments', { headers, ...request }));
}

export function cancelOrder(id: string): Promise<Reply<OrderView>> {
  const request = { params: { path: { id } } };
  return asKnownBuyer((headers) => api.POST('/v1/orders/{id}/cancellation', { headers, ...request }));
}

/** Asks as the buyer that this browser is; where it is nobody any more, that is what the service would answer. */
function asKnownBuyer<Data>(call: (headers: Headers) => Promise<Answer<Data>>): Promise<Reply<Data>> {
  const buyer = knownBuyer();
  if (buyer) return replyOf(call(asBuyer(buyer)));
  const code = 'unauthenticated';
  return Promise.resolve({ status: 401, data: undefined, code, retryAfterMs: null, etag: null });
}

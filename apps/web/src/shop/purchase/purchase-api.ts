import { api } from '../api.js';
import { asBuyer, ensureBuyer, forgetBuyer } from '../guest.js';
import { replyOf } from '../reply.js';
import type { PurchaseApi } from './purchases.js';

/** The service, as purchases know it. */
export const purchaseApi: PurchaseApi = {
  buyer: ensureBuyer,
  forgetBuyer,
  order: (buyer, key, body) =>
    replyOf(
      api.POST('/v1/orders', {
        headers: asBuyer(buyer),
        params: { header: { 'Idempotency-Key': key } },
        body,
      }),
    ),
};

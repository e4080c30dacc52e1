import type { SaleView } from '#client';
import { formatMoment } from '../shared/clock.js';

const OBSTACLES: Readonly<Record<string, string>> = {
  overloaded: 'The shop is very busy.',
  rate_limited: 'That was faster than the shop allows.',
  outcome_unknown: 'It is not certain yet whether it went through.',
  dependency_unavailable: 'Part of the shop is not available.',
  idempotency_key_in_flight: 'It is still under way.',
  sale_not_started: 'The sale is about to begin.',
};

/** What stands in the way of a request that will be sent again. */
export function describeObstacle(code: string | null): string {
  return OBSTACLES[code ?? ''] ?? 'The shop does not answer.';
}

/** What the refusal of an order means to its buyer. */
export function describeRefusal(code: string | null, { startsAt }: Pick<SaleView, 'startsAt'>): string {
  switch (code) {
    case 'sold_out':
      return 'Somebody else had the last one. More may come back.';
    case 'purchase_limit_reached':
      return 'You have as many as this sale allows. Nothing more was ordered.';
    case 'sale_not_started':
      return `The sale begins ${formatMoment(startsAt)}. Nothing was ordered.`;
    case 'sale_paused':
      return 'The sale has just been paused. Nothing was ordered.';
    case 'sale_ended':
      return 'The sale has ended. Nothing was ordered.';
    case 'price_changed':
      return 'The price has just changed. Nothing was ordered; look at the new one.';
    case 'item_not_in_sale':
      return 'This is no longer part of the sale.';
    case 'not_found':
      return 'This shop does not sell to guests.';
    case 'unauthenticated':
      return 'Your session has ended. What it ordered stays as it is; press Buy to begin a new one.';
    case 'idempotency_key_reused':
      return 'This was mixed up with another purchase. Please press Buy again.';
    default:
      return `The order was refused (${code ?? 'no reason given'}).`;
  }
}

/** Why an order could not be paid or cancelled. */
export function describeOrderRefusal(code: string | null): string {
  switch (code) {
    case 'invalid_order_state':
      return 'The order had changed in the meantime. This is how it stands now.';
    case 'payment_in_progress':
      return 'A payment is under way, so the order cannot be cancelled now.';
    case 'unauthenticated':
      return 'Your session has ended.';
    default:
      return `${describeObstacle(code)} Please try again.`;
  }
}

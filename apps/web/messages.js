import { formatMoment } from './clock.js';

const SHOWN_MS = 20_000;
const region = document.getElementById('messages');
const said = new Map();

/**
 * Says something where it is seen and, through the live region, heard. What it said of the same subject before goes.
 * `tone`: good, warn or bad.
 */
export function say(subject, text, tone) {
  said.get(subject)?.remove();
  const paragraph = document.createElement('p');
  paragraph.textContent = text;
  paragraph.dataset.tone = tone;
  said.set(subject, paragraph);
  region.append(paragraph);
  setTimeout(() => paragraph.remove(), SHOWN_MS);
}

/** What a refusal means to the buyer of `item`; every code that an order can be answered with. */
const REFUSALS = {
  sold_out: (item) => `${item.name} is sold out. This order was not placed.`,
  purchase_limit_reached: (item) =>
    item.purchaseLimit === null
      ? `You hold as many of ${item.name} as this sale allows.`
      : `You already hold ${item.purchaseLimit} of ${item.name}, as many as this sale allows.`,
  sale_not_started: (_, sale) => `The sale begins ${formatMoment(sale.startsAt)}. Nothing was ordered.`,
  sale_paused: () => 'The sale is paused for a moment. Nothing was ordered; try again when it goes on.',
  sale_ended: () => 'The sale has ended. Nothing was ordered.',
  price_changed: (item) => `The price of ${item.name} has just changed. Look at the new one before you buy.`,
  item_not_in_sale: (item) => `${item.name} is no longer part of this sale.`,
  not_found: () => 'This shop does not let guests buy.',
  unauthenticated: () =>
    'Your guest session has ended. What it ordered stays as it is; the next purchase is that of a new guest.',
  idempotency_key_reused: () => 'This purchase was mixed up with another one. Please press Buy again.',
};

export function describeRefusal(code, item, sale) {
  const describe = REFUSALS[code];
  return describe ? describe(item, sale) : `The order was refused (${code ?? 'no reason given'}).`;
}

const OBSTACLES = {
  overloaded: 'The shop is very busy.',
  rate_limited: 'That was faster than the shop allows.',
  outcome_unknown: 'It is not certain yet whether the order was placed.',
  dependency_unavailable: 'Part of the shop is not available at the moment.',
  idempotency_key_in_flight: 'The order is still under way.',
};

/** Why an order has to wait before it is sent again; the same key goes with it, so it is made once. */
export function describeWait(code, item, waitMs) {
  const seconds = Math.max(1, Math.round(waitMs / 1000));
  const obstacle = OBSTACLES[code] ?? 'The shop does not answer.';
  return `${obstacle} Asking again for ${item.name} in ${seconds} s; it will not be ordered twice.`;
}

export function describeUnknown(item) {
  return `The shop has not said whether ${item.name} was ordered. Press the button to ask again: it is the same order, and it will not be doubled.`;
}

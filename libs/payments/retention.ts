import { loadStatement, type Retention } from '#platform';

const REMOVE_PAYMENT_EVENTS = loadStatement(import.meta.url, './remove-payment-events.sql');

/** Ids of events that the provider told: by them one that comes again is known. */
export function oldPaymentEvents(days: number): Retention {
  return { kind: 'payment_events', statement: REMOVE_PAYMENT_EVENTS, days };
}

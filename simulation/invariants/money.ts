import type { Tables } from '../postgres/tables.js';
import type { Books } from '../shop/simulated-gateway.js';
import { MONEY_AGREES, type Violation } from './violation.js';

type GatewayBooks = ReadonlyMap<string, Readonly<Books>>;

/** At any moment: who is paid has been captured, once, and nothing is charged or given back twice. */
export function moneyViolation(tables: Tables, books: GatewayBooks): Violation | undefined {
  for (const [paymentId, { captures, refunds, orderId }] of books) {
    if (captures > 1 || refunds > 1) {
      const detail = `payment ${labelOf(tables, paymentId)} of order ${orderId}: captured ${captures} times, refunded ${refunds} times`;
      return { invariant: MONEY_AGREES, detail };
    }
  }
  for (const { orderId, status, id } of tables.payments.rows.values()) {
    if (status !== 'succeeded' && status !== 'refunded') continue;
    if (books.get(id)?.captures !== 1) {
      return { invariant: MONEY_AGREES, detail: `order ${orderId} has a payment that nobody captured` };
    }
  }
  for (const { id, status, stockState } of tables.orders.rows.values()) {
    if (status === 'paid' && stockState !== 'sold') {
      return { invariant: MONEY_AGREES, detail: `order ${id} is paid and its stock is ${stockState}` };
    }
    if (status === 'paid' && !paymentsOf(tables, id).some((payment) => payment.status === 'succeeded')) {
      return { invariant: MONEY_AGREES, detail: `order ${id} is paid without a capture` };
    }
  }
  return undefined;
}

/** When all is quiet: an order is paid if and only if one capture of its payments was not given back. */
export function settledMoneyViolation(tables: Tables, books: GatewayBooks): Violation | undefined {
  for (const order of tables.orders.rows.values()) {
    const kept = [...books.values()].filter(
      ({ orderId, status }) => orderId === order.id && status === 'captured',
    );
    const isPaid = order.status === 'paid' || order.status === 'fulfilled';
    if (kept.length === (isPaid ? 1 : 0)) continue;
    return {
      invariant: MONEY_AGREES,
      detail: `order ${order.id} is ${order.status}, and ${kept.length} captures of it were kept`,
    };
  }
  return undefined;
}

function paymentsOf({ payments }: Tables, orderId: string) {
  return [...payments.rows.values()].filter((payment) => payment.orderId === orderId);
}

function labelOf({ payments }: Tables, paymentId: string): string {
  return `#${[...payments.rows.keys()].indexOf(paymentId) + 1}`;
}

import type { Evidence } from '../evidence.js';
import { fateOf, refusalOf } from '../history.js';
import { holdsStock, unitsOf, type OrderRow } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const ASKED_FOR = 'every order was asked for';

/** Orders ⊆ accepted ∪ unknown: a definite refusal left no order, and there is none that nobody of the run asked for. */
export function everyOrderAskedFor(evidence: Evidence): Verdict {
  return evidence.snapshot.source === 'database' ? byKey(evidence) : byBuyer(evidence);
}

function byKey({ history, snapshot, parameters }: Evidence): Verdict {
  const violations = new Violations();
  for (const order of snapshot.orders) {
    const asked = history.find(order.buyerId, order.key ?? '');
    if (!asked || order.saleId !== asked.saleId) {
      violations.add(
        `nobody asked for order ${order.id} (buyer ${order.buyerId}, key ${order.key ?? 'unknown'})`,
      );
      continue;
    }
    const fate = fateOf(asked, parameters.orderDeadlineMs);
    if (fate === 'refused')
      violations.add(
        `buyer ${asked.buyerId} was refused (${refusalOf(asked) ?? ''}) and has order ${order.id}`,
      );
    if (fate === 'turned away')
      violations.add(`buyer ${asked.buyerId} was turned away every time and has order ${order.id}`);
  }
  return violations.verdict(ASKED_FOR, `${snapshot.orders.length} orders, each accepted or never answered`);
}

/** The API shows a buyer's orders without their keys: they are counted, and units of strangers are missed in the totals. */
function byBuyer({ history, snapshot, samples, parameters }: Evidence): Verdict {
  const violations = new Violations();
  const allowed = new Map<string, number>();
  for (const asked of history.orders()) {
    const fate = fateOf(asked, parameters.orderDeadlineMs);
    const may = fate === 'accepted' || fate === 'unknown' ? 1 : 0;
    allowed.set(asked.buyerId, (allowed.get(asked.buyerId) ?? 0) + may);
  }
  const found = new Map<string, number>();
  for (const { buyerId } of snapshot.orders) found.set(buyerId, (found.get(buyerId) ?? 0) + 1);
  for (const [buyerId, orders] of found) {
    const may = allowed.get(buyerId) ?? 0;
    violations.expect(
      orders <= may,
      () => `buyer ${buyerId} has ${orders} orders, at most ${may} were accepted or never answered`,
    );
  }
  expectNoStrangers(snapshot.orders, samples.at(-1), violations);
  return violations.verdict(
    ASKED_FOR,
    `${snapshot.orders.length} orders, no buyer with more than were asked for`,
  );
}

function expectNoStrangers(
  orders: readonly OrderRow[],
  last: Evidence['samples'][number] | undefined,
  violations: Violations,
): void {
  for (const { itemId, ordersReserved, ordersSold } of last?.items ?? []) {
    const known = unitsOf(orders.filter(holdsStock), itemId);
    const all = ordersReserved + ordersSold;
    violations.expect(
      all <= known,
      () => `item ${itemId}: ${all} units in orders, the run's buyers have ${known}`,
    );
  }
}

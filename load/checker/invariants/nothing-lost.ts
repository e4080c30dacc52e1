import type { OrderLine } from '../../journal.js';
import { acknowledgedOrder, type AcknowledgedOrder } from '../acknowledged-order.js';
import type { Evidence, Parameters } from '../evidence.js';
import { acknowledgements, type AskedOrder } from '../history.js';
import type { LineRow, OrderRow } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const NOTHING_LOST = 'nothing acknowledged is lost';

/** Every 201 is an order of the same buyer, lines and prices, and it told the buyer what was asked and advertised. */
export function nothingLost({ history, snapshot, parameters }: Evidence): Verdict {
  const violations = new Violations();
  const orders = new Map(snapshot.orders.map((order) => [order.id, order]));
  let acknowledged = 0;
  for (const asked of history.orders()) {
    const [answer] = acknowledgements(asked);
    if (!answer) continue;
    acknowledged += 1;
    const told = acknowledgedOrder(answer);
    if (!told) {
      violations.add(`buyer ${asked.buyerId} got a 201 whose body is not an order`);
      continue;
    }
    expectAsAsked(told, asked, parameters, violations);
    const order = orders.get(told.id);
    if (order) expectAsTold(order, told, asked, violations);
    else
      violations.add(`order ${told.id} was acknowledged to buyer ${asked.buyerId} and is not in the record`);
  }
  return violations.verdict(
    NOTHING_LOST,
    `${acknowledged} acknowledged orders are in the record as they were told`,
  );
}

function expectAsAsked(
  told: AcknowledgedOrder,
  asked: AskedOrder,
  { items, currency }: Parameters,
  violations: Violations,
): void {
  const prices = new Map(items.map(({ itemId, priceAmount }) => [itemId, priceAmount]));
  const expected = asked.lines.map((line) => ({ ...line, unitPriceAmount: prices.get(line.itemId) ?? NaN }));
  violations.expect(
    told.saleId === asked.saleId && sameLines(told.lines, expected),
    () => `order ${told.id}: told ${show(told.lines)}, asked for ${show(expected)}`,
  );
  const total = expected.reduce((sum, { quantity, unitPriceAmount }) => sum + quantity * unitPriceAmount, 0);
  violations.expect(
    told.totalAmount === total && told.currency === currency,
    () =>
      `order ${told.id}: told a total of ${told.totalAmount} ${told.currency}, it is ${total} ${currency}`,
  );
  violations.expect(
    told.status === 'pending_payment',
    () => `order ${told.id} was acknowledged as ${told.status}`,
  );
}

function expectAsTold(
  order: OrderRow,
  told: AcknowledgedOrder,
  asked: AskedOrder,
  violations: Violations,
): void {
  const { id } = order;
  violations.expect(
    order.buyerId === asked.buyerId,
    () => `order ${id} is recorded for buyer ${order.buyerId}, acknowledged to ${asked.buyerId}`,
  );
  violations.expect(
    order.key === null || order.key === asked.key,
    () => `order ${id} is recorded under the key ${order.key ?? ''}, asked for under ${asked.key}`,
  );
  violations.expect(order.saleId === told.saleId, () => `order ${id} is recorded in sale ${order.saleId}`);
  violations.expect(
    sameLines(order.lines, told.lines),
    () => `order ${id}: recorded ${show(order.lines)}, acknowledged ${show(told.lines)}`,
  );
  violations.expect(
    order.totalAmount === told.totalAmount && order.currency === told.currency,
    () => `order ${id}: recorded a total of ${order.totalAmount}, acknowledged ${told.totalAmount}`,
  );
}

type PricedLine = OrderLine & Pick<LineRow, 'unitPriceAmount'>;

function sameLines(a: readonly PricedLine[], b: readonly PricedLine[]): boolean {
  return show(a) === show(b);
}

/** Lines by item, such as `2 × 0190… at 129900`. */
function show(lines: readonly PricedLine[]): string {
  return lines
    .map(({ itemId, quantity, unitPriceAmount }) => `${quantity} × ${itemId} at ${unitPriceAmount}`)
    .sort()
    .join(', ');
}

import type { OrderLine } from '../../journal.js';
import type { Evidence, Parameters } from '../evidence.js';
import { fateOf, type AskedOrder } from '../history.js';
import { holdsStock, unitsByBuyer, unitsOf, type Snapshot } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const NO_UNDERSELL = 'no undersell';

/** The one refusal that says nothing about stock; `limits hold` looks at it. */
const LIMIT_REFUSAL = 'purchase_limit_reached';

/**
 * Nobody was refused units that were there all the time, and nothing is left that somebody still wanted.
 * What was there all the time is what is available at the end, less what was given back meanwhile: at every earlier
 * moment at least that much was. The sale is live during the whole run, so that a refusal for another reason is as false.
 */
export function noUndersell({ history, snapshot, parameters }: Evidence): Verdict {
  const violations = new Violations();
  const left = new Map(snapshot.stock.map(({ itemId, onHand, reserved }) => [itemId, onHand - reserved]));
  const always = new Map(
    [...left].map(([itemId, units]) => [itemId, units - givenBackUnits(snapshot, itemId)]),
  );
  const settled = settledOrders(snapshot);
  const allowed = withinLimits(snapshot, parameters);
  const show = unitsShown(parameters);
  for (const asked of history.orders()) {
    for (const { answer } of asked.attempts) {
      if (answer?.outcome !== 'fail' || answer.code === LIMIT_REFUSAL) continue;
      violations.expect(
        !fits(asked.lines, always),
        () => `buyer ${asked.buyerId} heard ${answer.code ?? ''} while ${show(asked, always)} were there`,
      );
    }
    const undecided = ['unknown', 'turned away'].includes(fateOf(asked, parameters.orderDeadlineMs));
    violations.expect(
      !undecided || settled(asked) || !allowed(asked) || !fits(asked.lines, left),
      () =>
        `${show(asked, left)} are left, and buyer ${asked.buyerId} was never answered (${lastHeard(asked)})`,
    );
  }
  return violations.verdict(NO_UNDERSELL, remainder(parameters.items, left));
}

function fits(lines: readonly OrderLine[], available: ReadonlyMap<string, number>): boolean {
  return lines.every(({ itemId, quantity }) => quantity <= (available.get(itemId) ?? 0));
}

/** Whether an order that the buyer may not have heard of exists. */
function settledOrders({ source, orders }: Snapshot): (asked: AskedOrder) => boolean {
  const found = new Set(
    orders.map(({ buyerId, key }) => (source === 'database' ? `${buyerId} ${key ?? ''}` : buyerId)),
  );
  return ({ buyerId, key }) => found.has(source === 'database' ? `${buyerId} ${key}` : buyerId);
}

/** Whether the buyer could have had his order without passing a purchase limit. */
function withinLimits({ orders }: Snapshot, { saleId, items }: Parameters): (asked: AskedOrder) => boolean {
  const held = unitsByBuyer(orders, saleId);
  const limits = new Map(items.map(({ itemId, purchaseLimit }) => [itemId, purchaseLimit ?? Infinity]));
  return ({ buyerId, lines }) =>
    lines.every(
      ({ itemId, quantity }) =>
        (held.get(itemId)?.get(buyerId) ?? 0) + quantity <= (limits.get(itemId) ?? Infinity),
    );
}

/** Units that became available again after they were taken, or came in later than at first. */
function givenBackUnits({ movements, orders }: Snapshot, itemId: string): number {
  if (!movements) {
    return unitsOf(
      orders.filter((order) => !holdsStock(order)),
      itemId,
    );
  }
  const ofItem = movements.filter((movement) => movement.itemId === itemId);
  const received = ofItem.find(({ kind }) => kind === 'receive');
  return ofItem
    .filter((movement) => movement !== received)
    .reduce((sum, { onHandDelta, reservedDelta }) => sum + Math.max(0, onHandDelta - reservedDelta), 0);
}

function remainder(
  items: readonly { readonly itemId: string; readonly sku: string }[],
  left: ReadonlyMap<string, number>,
): string {
  const remaining = items.filter(({ itemId }) => (left.get(itemId) ?? 0) > 0);
  if (remaining.length === 0) return 'everything is sold or reserved';
  const shown = remaining.slice(0, 3).map(({ itemId, sku }) => `${left.get(itemId) ?? 0} ${sku}`);
  return `left, and wanted by nobody who could have had it: ${shown.join(', ')}${remaining.length > 3 ? ', …' : ''}`;
}

function unitsShown({
  items,
}: Parameters): (asked: AskedOrder, units: ReadonlyMap<string, number>) => string {
  const skus = new Map(items.map(({ itemId, sku }) => [itemId, sku]));
  return ({ lines }, units) =>
    lines.map(({ itemId }) => `${units.get(itemId) ?? 0} ${skus.get(itemId) ?? itemId}`).join(', ');
}

function lastHeard({ attempts }: AskedOrder): string {
  const answer = attempts.at(-1)?.answer;
  return answer ? (answer.code ?? `status ${answer.status}`) : 'no answer';
}

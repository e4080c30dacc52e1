import { describe, expect, it } from '@jest/globals';
import { bodyOf, CleanRun, first } from '../../test/load/clean-run.js';
import { check } from './checker.js';

/** Each breaks one comparison alone: the detail says which. */
const SPOILED: [what: string, spoil: (run: CleanRun) => unknown, name: string, detail: string][] = [
  ['an item without a stock level', (run) => run.snapshot.stock.pop(), 'no oversell', 'no stock level'],
  [
    'units that vanished',
    (run) => (run.level.onHand -= 1),
    'no oversell',
    '5 received, but 4 on hand and 0 sold',
  ],
  [
    'a sale that holds more than its orders',
    (run) => (soldIn(run).held += 1),
    'no oversell',
    '3 held, but 2 units',
  ],
  [
    'stock on hand out of step',
    (run) => (run.level.onHand += 1),
    'ledger agrees',
    'add up to 5 on hand, the stock level says 6',
  ],
  [
    'reserved out of step',
    (run) => (run.level.reserved += 1),
    'ledger agrees',
    'add up to 2 reserved, the stock level says 3',
  ],
  ['amounts that only balance', (run) => swapAmounts(run), 'ledger agrees', 'reserve of 1 moved (0, 2)'],
  [
    'an item left out of a sample',
    (run) => first(run.samples).items.pop(),
    'balanced throughout',
    'left PHONE out',
  ],
  ['another quantity told', (run) => tell(run, { quantity: 2 }), 'nothing acknowledged is lost', 'told 2 × '],
  [
    'another total told',
    (run) => tell(run, { total: 1 }),
    'nothing acknowledged is lost',
    'told a total of 1 EUR',
  ],
  [
    'another state told',
    (run) => tell(run, { status: 'paid' }),
    'nothing acknowledged is lost',
    'acknowledged as paid',
  ],
  [
    'an order in another sale',
    (run) => (first(run.orders).saleId = 'other'),
    'nothing acknowledged is lost',
    'in sale other',
  ],
  ['one order told to two buyers', (run) => tellTwice(run), 'once', 'order order-1 was acknowledged for'],
  [
    'an order that is there twice',
    (run) => run.orders.push(first(run.orders)),
    'once',
    'in the record twice',
  ],
];

function soldIn(run: CleanRun) {
  return first(run.snapshot.saleItems ?? []);
}

function swapAmounts(run: CleanRun): void {
  const [one, other] = run.movements.filter(({ kind }) => kind === 'reserve');
  Object.assign(one ?? {}, { reservedDelta: 2 });
  Object.assign(other ?? {}, { reservedDelta: 0 });
}

/** Changes an order and what its buyer was told of it alike. */
function tell(
  run: CleanRun,
  { quantity, total, status }: { quantity?: number; total?: number; status?: string },
): void {
  const order = first(run.orders);
  if (quantity !== undefined) first(order.lines).quantity = quantity;
  if (total !== undefined) order.totalAmount = total;
  const body = { ...(bodyOf(order) as object), ...(status === undefined ? {} : { status }) };
  first(run.acknowledgements()).body = body;
}

function tellTwice(run: CleanRun): void {
  const [one, other] = run.acknowledgements();
  if (one && other) other.body = one.body;
}

describe('each comparison', () => {
  it.each(SPOILED)('sees %s', (_what, spoil, name, detail) => {
    const run = new CleanRun({ buyers: 2, stock: 5 });
    spoil(run);
    const verdict = check(run.evidence()).find((one) => one.name === name);
    expect(verdict?.ok).toBe(false);
    expect([verdict?.detail, ...(verdict?.examples ?? [])].join('\n')).toContain(detail);
  });
});

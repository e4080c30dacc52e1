import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyOf, buyerOf, CleanRun, first, ITEM, movement, SALE } from '../../test/load/clean-run.js';
import { check } from './checker.js';

/** The names of the invariants that are broken. */
function brokenBy(run: CleanRun): string[] {
  return check(run.evidence())
    .filter(({ ok }) => ok === false)
    .map(({ name }) => name);
}

function detailOf(run: CleanRun, name: string): string {
  return check(run.evidence()).find((verdict) => verdict.name === name)?.detail ?? '';
}

describe('a clean run', () => {
  it('passes, whatever its shape', () => {
    fc.assert(
      fc.property(
        fc.record({
          buyers: fc.integer({ min: 1, max: 20 }),
          stock: fc.integer({ min: 0, max: 30 }),
          quantity: fc.integer({ min: 1, max: 4 }),
          ordersPerBuyer: fc.integer({ min: 1, max: 3 }),
        }),
        fc.option(fc.integer({ min: 4, max: 9 }), { nil: undefined }),
        (shape, purchaseLimit) => {
          const run = new CleanRun({ ...shape, ...(purchaseLimit === undefined ? {} : { purchaseLimit }) });
          expect(brokenBy(run)).toEqual([]);
        },
      ),
    );
  });

  it('passes when an answer was lost, with and without an order behind it', () => {
    const run = new CleanRun({ buyers: 5, stock: 5 });
    const lost = first(run.acknowledgements());
    Object.assign(lost, { outcome: 'unknown', status: 0, code: 'timeout', body: null });
    expect(brokenBy(run)).toEqual([]);
  });

  it('passes when an order was sent again and answered with the same order', () => {
    const run = new CleanRun();
    const answer = first(run.acknowledgements());
    const again = run.send(run.requestOf(answer).buyerId, run.requestOf(answer).key);
    run.journal.push({ ...answer, attempt: again.attempt, replayed: true });
    expect(brokenBy(run)).toEqual([]);
  });

  it('passes when stock was given back and nobody bought it', () => {
    const run = new CleanRun({ buyers: 5, stock: 3 });
    const order = first(run.orders);
    order.stockState = 'released';
    run.movements.push(movement({ kind: 'release', orderId: order.id, reservedDelta: -1 }));
    run.level.reserved -= 1;
    first(run.snapshot.saleItems ?? []).held -= 1;
    expect(brokenBy(run)).toEqual([]);
  });

  it('passes whatever a version before counted where the sale has no limit', () => {
    const run = new CleanRun();
    run.snapshot.purchases?.push({ saleId: SALE, itemId: ITEM, buyerId: buyerOf(50), quantity: 7 });
    expect(brokenBy(run)).toEqual([]);
  });
});

describe('no oversell', () => {
  it('is broken by an order beyond the stock', () => {
    const run = new CleanRun();
    const send = run.send(buyerOf(99), 'late');
    run.answer(send, 201, null, bodyOf(run.record(buyerOf(99), 'late')));
    run.level.reserved = 3; // as the unguarded service would leave it
    expect(brokenBy(run)).toContain('no oversell');
    expect(detailOf(run, 'no oversell')).toContain('4 units in orders, 3 received: oversold by 1');
  });

  it('is broken when buyers were told of more than there was, even when the record shows nothing of it', () => {
    const run = new CleanRun();
    const refused = first(run.refusals());
    Object.assign(refused, { outcome: 'ok', status: 201, code: null, body: null });
    expect(brokenBy(run)).toContain('no oversell');
  });

  it('is broken by more reserved than on hand, by units that vanished, and past an allotment', () => {
    const overReserved = new CleanRun();
    overReserved.level.reserved = 4;
    expect(brokenBy(overReserved)).toContain('no oversell');

    const vanished = new CleanRun();
    vanished.level.onHand -= 1;
    expect(brokenBy(vanished)).toContain('no oversell');

    const allotted = new CleanRun();
    first(allotted.snapshot.saleItems ?? []).allotment = 2;
    expect(brokenBy(allotted)).toEqual(['no oversell']);
  });
});

describe('no undersell', () => {
  it('is broken when somebody heard sold_out while units were there', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.answer(run.send(buyerOf(7), 'unlucky'), 409, 'sold_out');
    expect(brokenBy(run)).toEqual(['no undersell']);
  });

  it('allows a remainder that is smaller than what was refused', () => {
    const run = new CleanRun({ buyers: 5, stock: 5, quantity: 2 });
    expect(run.level.onHand - run.level.reserved).toBe(1);
    expect(brokenBy(run)).toEqual([]);
  });

  it('is broken when units are left and somebody who wanted them was never answered', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.answer(run.send(buyerOf(7), 'waiting'), 503, 'overloaded');
    expect(brokenBy(run)).toEqual(['no undersell']);
  });

  it('is broken when a live sale says that it has not started', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.answer(run.send(buyerOf(7), 'early'), 409, 'sale_not_started');
    expect(brokenBy(run)).toEqual(['no undersell']);
  });
});

describe('nothing acknowledged is lost', () => {
  it('is broken by an order that is gone', () => {
    const run = new CleanRun();
    const lost = run.orders.shift();
    run.movements.splice(1, 1);
    run.level.reserved -= 1;
    first(run.snapshot.saleItems ?? []).held -= 1;
    run.snapshot.purchases?.shift();
    expect(brokenBy(run)).toContain('nothing acknowledged is lost');
    expect(detailOf(run, 'nothing acknowledged is lost')).toContain(lost?.id);
  });

  it.each([
    ['price', (run: CleanRun) => (first(first(run.orders).lines).unitPriceAmount += 100)],
    ['quantity', (run: CleanRun) => (first(first(run.orders).lines).quantity += 1)],
    ['total', (run: CleanRun) => (first(run.orders).totalAmount -= 1)],
    ['buyer', (run: CleanRun) => (first(run.orders).buyerId = buyerOf(77))],
    ['key', (run: CleanRun) => (first(run.orders).key = 'another')],
  ])('is broken by a changed %s', (_what, change) => {
    const run = new CleanRun();
    change(run);
    expect(brokenBy(run)).toContain('nothing acknowledged is lost');
  });

  it('is broken when the answer itself named another price than the sale', () => {
    const run = new CleanRun();
    const order = first(run.orders);
    first(order.lines).unitPriceAmount = 1;
    order.totalAmount = 1;
    first(run.acknowledgements()).body = bodyOf(order);
    expect(brokenBy(run)).toEqual(['nothing acknowledged is lost']);
  });

  it('is broken by a 201 without a readable order', () => {
    const run = new CleanRun();
    first(run.acknowledgements()).body = { id: 'order-1' };
    expect(brokenBy(run)).toEqual(['nothing acknowledged is lost']);
  });
});

describe('every order was asked for', () => {
  it('is broken by an order of somebody who was refused', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    const send = run.send(buyerOf(7), 'refused');
    run.answer(send, 409, 'sold_out');
    run.record(buyerOf(7), 'refused');
    expect(brokenBy(run)).toEqual(['every order was asked for']);
    expect(detailOf(run, 'every order was asked for')).toContain('was refused (sold_out) and has order');
  });

  it('is broken by an order of somebody who was turned away each time', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.answer(run.send(buyerOf(7), 'away'), 429, 'rate_limited');
    run.answer(run.send(buyerOf(7), 'away'), 503, 'overloaded');
    run.record(buyerOf(7), 'away');
    expect(brokenBy(run)).toEqual(['every order was asked for']);
  });

  it('is broken by an order of nobody', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.record(buyerOf(7), 'from nowhere');
    expect(brokenBy(run)).toEqual(['every order was asked for']);
  });
});

describe('once', () => {
  it('is broken by two orders under one key', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    const { buyerId, key } = first(run.orders);
    run.record(buyerId, key ?? '');
    expect(brokenBy(run)).toEqual(['once']);
  });

  it.each([
    ['another order', { id: 'order-2' }],
    ['another total', { total: { amount: 1, currency: 'EUR' } }],
  ])('is broken by a replay with %s', (_what, change) => {
    const run = new CleanRun();
    const answer = first(run.acknowledgements());
    const { buyerId, key } = run.requestOf(answer);
    const { attempt } = run.send(buyerId, key);
    const body = { ...(answer.body as object), ...change };
    run.journal.push({ ...answer, attempt, replayed: true, body });
    expect(brokenBy(run)).toContain('once');
  });

  it('is broken when the same order was given out twice as new, or a replay was refused as another request', () => {
    const twice = new CleanRun();
    const answer = first(twice.acknowledgements());
    const { buyerId, key } = twice.requestOf(answer);
    twice.journal.push({ ...answer, attempt: twice.send(buyerId, key).attempt, replayed: false });
    expect(brokenBy(twice)).toEqual(['once']);

    const reused = new CleanRun();
    reused.answer(reused.send(buyerId, key), 422, 'idempotency_key_reused');
    expect(brokenBy(reused)).toContain('once');
  });
});

describe('limits hold', () => {
  const shape = { buyers: 3, stock: 9, purchaseLimit: 2, ordersPerBuyer: 3 };

  it('is broken by a buyer with more than the limit', () => {
    const run = new CleanRun(shape);
    run.answer(run.send(buyerOf(0), 'one more'), 201, null, bodyOf(run.record(buyerOf(0), 'one more')));
    expect(brokenBy(run)).toContain('limits hold');
    expect(detailOf(run, 'limits hold')).toContain('has 3 of item');
  });

  it('is broken by a buyer who heard of a limit below it', () => {
    const run = new CleanRun({ ...shape, ordersPerBuyer: 1 });
    run.answer(run.send(buyerOf(0), 'second'), 409, 'purchase_limit_reached');
    expect(brokenBy(run)).toEqual(['limits hold']);
  });

  it('is broken by a purchase that is recorded above the limit', () => {
    const run = new CleanRun(shape);
    first(run.snapshot.purchases ?? []).quantity = 3;
    expect(brokenBy(run)).toEqual(['limits hold', 'purchases agree']);
  });
});

describe('the books', () => {
  it('name a leaked reservation', () => {
    const run = new CleanRun({ buyers: 2, stock: 3 });
    run.level.reserved += 1;
    run.movements.push(movement({ kind: 'reserve', reservedDelta: 1 })); // the ledger knows of it, no order does
    expect(brokenBy(run)).toEqual(['no leaked reservation']);
  });

  it('name a purchase out of step', () => {
    const missing = new CleanRun({ purchaseLimit: 2 });
    missing.snapshot.purchases?.shift();
    expect(brokenBy(missing)).toEqual(['purchases agree']);

    const tooMany = new CleanRun({ purchaseLimit: 2 });
    tooMany.snapshot.purchases?.push({ saleId: SALE, itemId: ITEM, buyerId: buyerOf(50), quantity: 1 });
    expect(brokenBy(tooMany)).toEqual(['purchases agree']);
  });

  it.each([
    ['a missing movement', (run: CleanRun) => run.movements.pop()],
    ['a movement written twice', (run: CleanRun) => run.movements.push({ ...first(run.movements.slice(1)) })],
    ['a movement of another amount', (run: CleanRun) => (first(run.movements.slice(1)).reservedDelta = 2)],
    ['a state without its movement', (run: CleanRun) => (first(run.orders).stockState = 'sold')],
    [
      'a movement of no order',
      (run: CleanRun) => run.movements.push(movement({ kind: 'reserve', orderId: 'order-0' })),
    ],
  ])('name a ledger with %s', (_what, spoil) => {
    const run = new CleanRun();
    spoil(run);
    expect(brokenBy(run)).toContain('ledger agrees');
  });

  it('name an imbalance while the load ran, by the service itself or by its figures', () => {
    const bySelf = new CleanRun();
    Object.assign(first(bySelf.samples), { balanced: false, failures: ['ledger_reserved: …'] });
    expect(brokenBy(bySelf)).toEqual(['balanced throughout']);
    expect(detailOf(bySelf, 'balanced throughout')).toContain('ledger_reserved');

    const byFigures = new CleanRun();
    first(first(byFigures.samples).items).ordersReserved += 1;
    expect(brokenBy(byFigures)).toEqual(['balanced throughout']);
  });
});

describe('every request ends', () => {
  it('is broken by a request without an answer, and by one beyond the deadline', () => {
    const open = new CleanRun();
    open.send(buyerOf(8), 'open');
    expect(brokenBy(open)).toEqual(['every request ends']);

    const late = new CleanRun();
    const send = late.send(buyerOf(8), 'late');
    late.tick(20_000);
    late.answer(send, 409, 'sold_out');
    expect(brokenBy(late)).toEqual(['every request ends']);
  });
});

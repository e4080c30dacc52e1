import { describe, expect, test } from '@jest/globals';
import { StaleFenceError } from '#inventory';
import {
  CommitOutcomeUnknownError,
  Database,
  DatabaseUnavailableError,
  Metrics,
  ProblemError,
} from '#platform';
import { OrderPlacement } from './order-placement.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { PurchaseLimitRaceError } from './record.js';
import {
  LaneLeftError,
  LaneTimeoutError,
  type Attempt,
  type ReservationStrategy,
} from './reservation-strategy.js';

const REQUEST: PlacementRequest = {
  orderId: 'order',
  buyerId: 'buyer',
  idempotencyKey: 'key',
  requestHash: 'hash',
  saleId: 'sale',
  lines: [{ itemId: 'item', quantity: 1 }],
  expectedTotal: undefined,
  metadata: {},
};
const REPLAYED: Outcome = { kind: 'replayed', orderId: 'order' };

const lost = new Error('Connection terminated unexpectedly');

type Step = Outcome | Error | 'hang';

/** A strategy whose attempts go as they are told; what it is asked is kept. */
function scripted(...steps: Step[]): { strategy: ReservationStrategy; attempts: Attempt[] } {
  const attempts: Attempt[] = [];
  const attempt: ReservationStrategy['attempt'] = (_request, given) => {
    attempts.push({ ...given, floors: new Map(given.floors) });
    const step = steps[Math.min(attempts.length, steps.length) - 1];
    if (step === 'hang' || step === undefined) return new Promise(() => undefined);
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
  };
  return { strategy: { name: 'per-order', attempt }, attempts };
}

describe('OrderPlacement', () => {
  const database = new Database({ url: 'postgres://127.0.0.1:1/none', poolSize: 1 });
  const place = (strategy: ReservationStrategy, limits = { deadlineMs: 300, capacity: 10 }) =>
    new OrderPlacement(strategy, database, new Metrics(), limits).place(REQUEST);
  const codeOf = (placed: Promise<Outcome>) =>
    placed.then(
      () => 'an outcome',
      (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
    );

  test('acquires again with the floor that a stale fence taught it', async () => {
    const { strategy, attempts } = scripted(new StaleFenceError(new Map([['item', 41]])), REPLAYED);
    expect(await place(strategy)).toEqual(REPLAYED);
    expect(attempts.map(({ floors }) => [...floors])).toEqual([[], [['item', 41]]]);
  });

  test.each([
    ['a deadlock', Object.assign(new Error('deadlock detected'), { code: '40P01' })],
    ['a lock timeout', Object.assign(new Error('lock timeout'), { code: '55P03' })],
    [
      'a key that was taken in between',
      Object.assign(new Error('duplicate'), { code: '23505', constraint: 'customer_order_idempotency' }),
    ],
    ['a limit that was reached in between', new PurchaseLimitRaceError()],
    ['a connection that was lost before COMMIT', new DatabaseUnavailableError(lost, { entered: true })],
  ])('decides again after %s, and need not write', async (_, error) => {
    const { strategy, attempts } = scripted(error, error, REPLAYED);
    expect(await place(strategy)).toEqual(REPLAYED);
    expect(attempts.map(({ mustWrite }) => mustWrite)).toEqual([false, false, false]);
  });

  test('runs again behind a COMMIT that went unanswered, and writes, also while the database is away', async () => {
    const { strategy, attempts } = scripted(
      new CommitOutcomeUnknownError(lost),
      new DatabaseUnavailableError(lost, { entered: false }),
      REPLAYED,
    );
    expect(await place(strategy, { deadlineMs: 5_000, capacity: 1 })).toEqual(REPLAYED);
    expect(attempts.map(({ mustWrite }) => mustWrite)).toEqual([false, true, true]);
  });

  test.each<[string, Step[], string]>([
    ['a COMMIT stays unanswered', [new CommitOutcomeUnknownError(lost)], 'outcome_unknown'],
    ['it hangs', ['hang'], 'outcome_unknown'],
    ['it keeps being rolled back', [new PurchaseLimitRaceError()], 'outcome_unknown'],
    [
      'it waits again after a transaction',
      [new PurchaseLimitRaceError(), new LaneTimeoutError('late')],
      'outcome_unknown',
    ],
    ['it never entered a transaction', [new LaneTimeoutError('late')], 'overloaded'],
    [
      'there is no database',
      [new DatabaseUnavailableError(lost, { entered: false })],
      'dependency_unavailable',
    ],
    [
      'the database went before COMMIT and stays away',
      [
        new DatabaseUnavailableError(lost, { entered: true }),
        new DatabaseUnavailableError(lost, { entered: false }),
      ],
      'dependency_unavailable',
    ],
    ['there is a defect', [new TypeError('x is not a function')], 'TypeError: x is not a function'],
  ])('says what is known when %s', async (_, steps, code) => {
    expect(await codeOf(place(scripted(...steps).strategy))).toBe(code);
  });

  test('lets those who wait go and hear the refusal once it is known, without a turn of their own', async () => {
    const waiting = new Map<string, AbortSignal>();
    const strategy: ReservationStrategy = {
      name: 'per-order',
      attempt: ({ orderId }, { leave }) => {
        if (orderId === 'first')
          return Promise.resolve({ kind: 'refused', code: 'sold_out', detail: 'gone' });
        waiting.set(orderId, leave);
        return new Promise((_, reject) => {
          leave.addEventListener('abort', () => reject(new LaneLeftError('left')));
        });
      },
    };
    const placement = new OrderPlacement(strategy, database, new Metrics(), {
      deadlineMs: 5_000,
      capacity: 10,
    });
    const second = codeOf(placement.place({ ...REQUEST, orderId: 'second' }));
    await placement.place({ ...REQUEST, orderId: 'first' });
    expect(waiting.get('second')?.aborted).toBe(true);
    expect(await second).toBe('dependency_unavailable'); // it asked the database, which is not there
    expect([...waiting.keys()]).toEqual(['second']);
  });

  test('takes in no more than its capacity, and again when there is room', async () => {
    let finish: (outcome: Outcome) => void = () => undefined;
    const strategy: ReservationStrategy = {
      name: 'per-order',
      attempt: () => new Promise((resolve) => (finish = resolve)),
    };
    const placement = new OrderPlacement(strategy, database, new Metrics(), {
      deadlineMs: 5_000,
      capacity: 1,
    });
    const first = placement.place(REQUEST);
    expect(await codeOf(placement.place(REQUEST))).toBe('overloaded');
    finish(REPLAYED);
    expect(await first).toEqual(REPLAYED);
    const next = placement.place(REQUEST);
    await Promise.resolve();
    finish(REPLAYED);
    expect(await next).toEqual(REPLAYED);
  });
});

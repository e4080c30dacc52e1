import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StaleFenceError, StockTakenError } from '#inventory';
import {
  Gate,
  LaneLeftError,
  LaneTimeoutError,
  OrderPlacement,
  type Attempt,
  type Outcome,
  type PlacementLimits,
  type PlacementRequest,
  type ReservationStrategy,
} from '#orders';
import {
  CommitOutcomeUnknownError,
  DatabaseBusyError,
  DatabaseUnavailableError,
  Metrics,
  ProblemError,
} from '#platform';
import { GuardBench, request } from '../guards/bench.js';

const REPLAYED: Outcome = { kind: 'replayed', orderId: 'order' };
const LIMITS: PlacementLimits = { deadlineMs: 300, capacity: 10, drainMs: 60_000 };

const lost = new Error('Connection terminated unexpectedly');
const limitRace = Object.assign(new Error('a limit was passed'), { code: 'HF001' });

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
  let bench: GuardBench;
  let order: PlacementRequest;

  beforeAll(async () => {
    bench = await GuardBench.open();
  });

  afterAll(async () => {
    await bench.close();
  });

  beforeEach(async () => {
    order = request(await bench.offer(5));
  });

  const open = (strategy: ReservationStrategy, limits: Partial<PlacementLimits> = {}) =>
    new OrderPlacement(strategy, new Gate(bench.database), new Metrics(), { ...LIMITS, ...limits });
  const place = (strategy: ReservationStrategy, limits: Partial<PlacementLimits> = {}) =>
    open(strategy, limits).place(order);
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
      Object.assign(new Error('duplicate'), {
        code: '23505',
        constraint: 'customer_order_idempotency_recent',
      }),
    ],
    ['a limit that was reached in between', limitRace],
    ['stock that was taken in between', new StockTakenError(['item'])],
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
    expect(await place(strategy, { deadlineMs: 5_000 })).toEqual(REPLAYED);
    expect(attempts.map(({ mustWrite }) => mustWrite)).toEqual([false, true, true]);
  });

  test.each<[string, Step[], string]>([
    ['a COMMIT stays unanswered', [new CommitOutcomeUnknownError(lost)], 'outcome_unknown'],
    ['it hangs', ['hang'], 'outcome_unknown'],
    ['it keeps being rolled back', [limitRace], 'outcome_unknown'],
    ['it waits again after a transaction', [limitRace, new LaneTimeoutError('late')], 'outcome_unknown'],
    ['it never entered a transaction', [new LaneTimeoutError('late')], 'overloaded'],
    ['no connection became free', [new DatabaseBusyError(lost)], 'overloaded'],
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

  describe('when somebody hears that it is sold out', () => {
    /** The first is refused in its turn; the others wait for theirs until they are told to leave. */
    const queue = (waiting: string[]): ReservationStrategy => ({
      name: 'per-order',
      attempt: ({ orderId, lines }, { waiter }) => {
        const itemId = lines[0]?.itemId ?? '';
        if (orderId === 'first')
          return Promise.resolve({ kind: 'refused', code: 'sold_out', detail: 'gone', itemId });
        waiting.push(orderId);
        if (waiting.length > 1) return Promise.resolve(REPLAYED);
        return new Promise((_, reject) => {
          waiter.signal.addEventListener('abort', () => reject(new LaneLeftError('left')));
        });
      },
    });

    const raceBehindTheFirst = async () => {
      const waiting: string[] = [];
      const placement = open(queue(waiting), { deadlineMs: 5_000 });
      const second = placement.place({ ...order, orderId: 'second', idempotencyKey: 'second' });
      while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      return { waiting, placement, second };
    };

    test('those who wait hear it too, without a turn of their own', async () => {
      const { waiting, placement, second } = await raceBehindTheFirst();
      const itemId = order.lines[0]?.itemId;
      await bench.sql.query('UPDATE stock_level SET reserved = on_hand WHERE item_id = $1', [itemId]);
      // The first was in front when the stock went: it does not ask the gate, which knows of nothing yet.
      await placement.place({ ...order, orderId: 'first', idempotencyKey: 'first' });
      expect(await second).toMatchObject({ kind: 'refused', code: 'sold_out' });
      expect(waiting).toEqual(['second']);
    });

    test('those who could buy after all wait again', async () => {
      const { waiting, placement, second } = await raceBehindTheFirst();
      await placement.place({ ...order, orderId: 'first', idempotencyKey: 'first' });
      expect(await second).toEqual(REPLAYED);
      expect(waiting).toEqual(['second', 'second']);
    });
  });

  test('keeps an item that does not exist from the queue, and so from the locks', async () => {
    const { strategy, attempts } = scripted(REPLAYED);
    const nothing = { ...order, lines: [{ itemId: order.buyerId, quantity: 1 }] };
    expect(await open(strategy).place(nothing)).toMatchObject({ code: 'item_not_in_sale' });
    expect(attempts).toEqual([]);
    expect(await open(strategy).place(order)).toEqual(REPLAYED);
  });

  test('has id and hash worked out before an order waits, and not at all for one that is refused', async () => {
    const looks: string[] = [];
    const lazy: PlacementRequest = {
      ...order,
      get orderId() {
        looks.push('orderId');
        return order.orderId;
      },
      get requestHash() {
        looks.push('requestHash');
        return order.requestHash;
      },
    };
    const strategy: ReservationStrategy = {
      name: 'per-order',
      attempt: () => {
        looks.push('attempt');
        return Promise.resolve({ kind: 'refused', code: 'sold_out', detail: 'gone', itemId });
      },
    };
    const itemId = order.lines[0]?.itemId ?? '';
    await bench.sql.query('UPDATE stock_level SET reserved = on_hand WHERE item_id = $1', [itemId]);
    const placement = open(strategy);
    expect(await placement.place(lazy)).toMatchObject({ code: 'sold_out' });
    expect(looks).toEqual([]);
    await bench.sql.query('UPDATE stock_level SET reserved = 0 WHERE item_id = $1', [itemId]);
    expect(await placement.place(lazy)).toMatchObject({ code: 'sold_out' });
    expect(new Set(looks.slice(0, -1))).toEqual(new Set(['orderId', 'requestHash']));
    expect(looks.at(-1)).toBe('attempt');
  });

  test('takes in no more than its capacity, and again when there is room', async () => {
    let finish: (outcome: Outcome) => void = () => undefined;
    const started: Attempt[] = [];
    const strategy: ReservationStrategy = {
      name: 'per-order',
      attempt: (_request, attempt) => {
        started.push(attempt);
        return new Promise((resolve) => (finish = resolve));
      },
    };
    const placement = open(strategy, { deadlineMs: 5_000, capacity: 1 });
    const placeOne = async () => {
      const count = started.length;
      const placed = placement.place(order);
      while (started.length === count) await new Promise((resolve) => setTimeout(resolve, 5));
      return placed;
    };
    for (const turn of [1, 2]) {
      const placed = placeOne();
      while (started.length < turn) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await codeOf(placement.place(order))).toBe('overloaded');
      finish(REPLAYED);
      expect(await placed).toEqual(REPLAYED);
    }
  });

  test('gives up on each order that hangs in its own time, once', async () => {
    const finish: ((outcome: Outcome) => void)[] = [];
    const attempt = () => new Promise<Outcome>((resolve) => finish.push(resolve));
    const metrics = new Metrics();
    const placement = new OrderPlacement(
      { name: 'per-order', attempt },
      new Gate(bench.database),
      metrics,
      LIMITS,
    );
    const hang = async () => {
      const startedAt = performance.now();
      return { code: await codeOf(placement.place(order)), waitedMs: performance.now() - startedAt };
    };
    const first = hang();
    await new Promise((resolve) => setTimeout(resolve, LIMITS.deadlineMs)); // the first is given up on a little later
    const second = hang();
    for (const { code, waitedMs } of await Promise.all([first, second])) {
      expect(code).toBe('outcome_unknown');
      expect(waitedMs).toBeGreaterThan(LIMITS.deadlineMs);
    }
    for (const resolve of finish) resolve(REPLAYED); // nobody listens any longer
    await new Promise((resolve) => setImmediate(resolve));
    const { values } = await metrics.orders.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([['outcome_unknown', 2]]);
    expect((await metrics.ordersWaiting.get()).values.map(({ value }) => value)).toEqual([0]);
  });

  test('sends those who still wait elsewhere when the process stops', async () => {
    const strategy: ReservationStrategy = {
      name: 'per-order',
      attempt: (_request, { waiter }) =>
        new Promise((_, reject) => {
          waiter.signal.addEventListener('abort', () => reject(new LaneLeftError('left')));
        }),
    };
    const placement = open(strategy, { deadlineMs: 5_000, drainMs: 50 });
    const waiting = codeOf(placement.place(order));
    placement.onModuleDestroy();
    expect(await waiting).toBe('overloaded');
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Gate, OrderPlacement, type PlacementRequest } from '#orders';
import { Metrics } from '#platform';
import { GuardBench, request } from '../guards/bench.js';
import { SingleFileStrategy } from './single-file.strategy.js';

/** In the service it is held against test/correctness. */
describe('a strategy of a shop', () => {
  let bench: GuardBench;
  let placement: OrderPlacement;

  beforeAll(async () => {
    bench = await GuardBench.open();
    const limits = { deadlineMs: 10_000, capacity: 1_000, drainMs: 0 };
    const strategy = new SingleFileStrategy(bench.database);
    placement = new OrderPlacement(strategy, new Gate(bench.database), new Metrics(), limits);
  });

  afterAll(() => bench.close());

  const outcomesOf = async (orders: PlacementRequest[]) => {
    const outcomes = await Promise.all(orders.map((order) => placement.place(order)));
    return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind)).sort();
  };
  const times = <T>(count: number, of: T) => Array.from({ length: count }, () => of);

  test('sells exactly 20 of 20 to 100 concurrent buyers', async () => {
    const offer = await bench.offer(20);
    const orders = Array.from({ length: 100 }, () => request(offer));
    expect(await outcomesOf(orders)).toEqual([...times(20, 'accepted'), ...times(80, 'sold_out')]);
    expect(await bench.units(offer.itemId)).toMatchObject({ reserved: 20, ordered: 20 });
  });

  test('places one order for a key that is sent twenty times at once', async () => {
    const order = request(await bench.offer(20));
    expect(await outcomesOf(times(20, order))).toEqual(['accepted', ...times(19, 'replayed')]);
  });
});

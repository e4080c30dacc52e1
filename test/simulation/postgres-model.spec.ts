import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { adjustStock } from '#inventory';
import { randomOf, type Random } from '#load';
import { placeInTransaction, ReservationEnds, type PlacementRequest } from '#orders';
import { PaymentsService, Settlement } from '#payments';
import { Database, Metrics } from '#platform';
import { RealSide } from './real-side.js';
import { ITEMS, SALE, type Operation } from './shared-record.js';
import { SimulatedSide } from './simulated-side.js';

const OPERATIONS = 150;

describe('the simulated PostgreSQL', () => {
  let real: RealSide;
  const simulated = new SimulatedSide();

  beforeAll(async () => {
    Logger.overrideLogger(false); // captures of another amount are meant
    real = await RealSide.open();
    simulated.fill();
  });

  afterAll(() => real.close());

  test('answers and keeps what a real one does, over any sequence of what the service asks', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = randomOf(seed);
    const orders: PlacementRequest[] = [];
    const outcomes = new Map<string, number>();
    for (let index = 0; index < OPERATIONS; index += 1) {
      const operation = draw(random, orders, index);
      if (operation === 'expire') {
        const order = oneOf(random, orders);
        await real.endHold(order.orderId);
        simulated.endHold(order.orderId);
        continue;
      }
      const [there, here] = [await real.run(operation), await simulated.run(operation)];
      outcomes.set(there, (outcomes.get(there) ?? 0) + 1);
      expect({ seed, index, answer: here }).toEqual({ seed, index, answer: there });
      expect({ seed, index, record: simulated.record() }).toEqual({
        seed,
        index,
        record: await real.record(),
      });
    }
    expect([...outcomes.keys()]).toEqual(
      expect.arrayContaining(['accepted', 'replayed', 'sold_out', 'cancelled']),
    );
  }, 120_000);
});

function draw(random: Random, orders: PlacementRequest[], index: number): Operation | 'expire' {
  const metrics = METRICS;
  const known = orders.length > 0 && random.fraction() < 0.65;
  if (!known) return place(orderOf(random, orders), random.fraction() < 0.2);
  const { orderId, buyerId } = oneOf(random, orders);
  const paymentId = PAYMENTS.get(orderId);
  switch (random.below(8)) {
    case 0:
      return 'expire';
    case 1:
      return (database) => new ReservationEnds(database).expireSome().then((ended) => `${ended} expired`);
    case 2:
      return (database) => new ReservationEnds(database).cancel(orderId, buyerId).then(({ kind }) => kind);
    case 3:
      return place(oneOf(random, orders), false);
    case 4: {
      const adjustment = { itemId: oneOf(random, ITEMS), quantity: random.below(9) - 4, reason: 'count' };
      const reference = `count-${random.fraction() < 0.3 ? index % 5 : index}`;
      return (database) =>
        database
          .transaction((transaction) => adjustStock(transaction, { ...adjustment, reference }))
          .then(({ onHand, reserved }) => `${reserved} of ${onHand}`);
    }
    case 5:
      return async (database) => {
        const opened = await new PaymentsService(database).open(buyerId, orderId, { method: 'sandbox' });
        (PAYMENTS.get(orderId) ?? PAYMENTS.set(orderId, new Map()).get(orderId))?.set(
          database,
          opened.paymentId,
        );
        return opened.status;
      };
    default: {
      const fact = random.fraction() < 0.7 ? ({ kind: 'captured' } as const) : oneOf(random, FACTS);
      const event =
        random.fraction() < 0.5 ? { eventId: `event-${random.below(index)}`, type: fact.kind } : undefined;
      return (database) =>
        new Settlement(database, metrics).record(
          { id: paymentId?.get(database) ?? NOBODY, orderId },
          fact,
          event,
        );
    }
  }
}

const METRICS = new Metrics();
const NOBODY = '00000000-0000-7000-8000-0000000000ff';
const FACTS = [
  { kind: 'declined', failureCode: 'card_declined' },
  { kind: 'refunded' },
  { kind: 'captured', amount: 1, currency: 'EUR' },
] as const;
/** Their ids are made anew on each side. */
const PAYMENTS = new Map<string, Map<Database, string>>();

function orderOf(random: Random, orders: PlacementRequest[]): PlacementRequest {
  const lines = random
    .pick(ITEMS, 1 + random.below(2))
    .sort()
    .map((itemId) => ({ itemId, quantity: 1 + random.below(4) }));
  const request: PlacementRequest = {
    orderId: randomUUID(),
    buyerId: `00000000-0000-7000-8000-0000000000b${random.below(10)}`,
    idempotencyKey: `key-${random.below(200)}`,
    requestHash: 'hash',
    saleId: SALE,
    lines,
    expectedTotal: undefined,
    metadata: {},
  };
  orders.push(request);
  return request;
}

function place(request: PlacementRequest, isStale: boolean): Operation {
  const fences = new Map(request.lines.map(({ itemId }) => [itemId, isStale ? 3 : 7]));
  return async (database) => {
    const [outcome] = await placeInTransaction(database, [request], { fences });
    return outcome?.kind === 'refused' ? outcome.code : (outcome?.kind ?? 'nothing');
  };
}

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)] as T;
}

import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { CreateOrder } from './order.dto.js';

/** By its rules, as the validation pipe applies them. */
function passes(body: object): boolean {
  const order = plainToInstance(CreateOrder, body);
  return validateSync(order, { whitelist: true, forbidNonWhitelisted: true }).length === 0;
}

const uuid = fc.uuid();
const oddValue = fc.oneof(
  fc.constantFrom(null, true, '', '1', 0, -1, 1.5, 1_000, 1_001, 2 ** 53, NaN, Infinity, '1e1', [], {}),
  uuid,
  uuid.map((id) => id.toUpperCase()),
  uuid.map((id) => `${id}\n`),
  uuid.map((id) => [id]),
  fc.string(),
);
const oddly = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: oddValue });
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ itemId: oddly(uuid), quantity: oddly(fc.integer({ min: 1, max: 1_000 })) }),
  },
  { weight: 1, arbitrary: fc.record({ itemId: uuid, quantity: fc.constant(1), more: oddValue }) },
  { weight: 1, arbitrary: oddValue },
);
const order = { saleId: oddly(uuid), lines: oddly(fc.array(line, { minLength: 1, maxLength: 4 })) };
const body = fc.oneof(
  { weight: 4, arbitrary: fc.record(order) },
  { weight: 1, arbitrary: fc.record({ ...order, metadata: oddValue }) },
  { weight: 1, arbitrary: fc.record({ ...order, lines: fc.array(line, { minLength: 18, maxLength: 22 }) }) },
  { weight: 1, arbitrary: fc.record({ saleId: uuid }) },
);

describe('CreateOrder', () => {
  test('recognises nothing that its rules would refuse', () => {
    let recognised = 0;
    fc.assert(
      fc.property(body, (given) => {
        if (!CreateOrder.recognises(given)) return;
        recognised += 1;
        expect(passes(given)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(recognised).toBeGreaterThan(100);
  });

  test('recognises the order that everybody sends', () => {
    const lines = [{ itemId: randomUUID(), quantity: 1 }];
    expect(CreateOrder.recognises({ saleId: randomUUID(), lines })).toBe(true);
    expect(CreateOrder.recognises({ saleId: randomUUID(), lines, metadata: {} })).toBe(false);
    expect(CreateOrder.recognises({ saleId: randomUUID(), lines: Array(21).fill(lines[0]) })).toBe(false);
  });
});

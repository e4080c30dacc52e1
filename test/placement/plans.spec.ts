import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GuardBench, request } from '../guards/bench.js';

/** Plans are kept by each connection. One made on a morning of 60 orders serves the noon of 60,000. */
describe('what is asked for each order of a batch is found by an index', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
    const offer = await bench.offer(100);
    for (let n = 0; n < 60; n += 1) await bench.place(request(offer));
    await bench.sql.query(
      'UPDATE customer_order SET archived = true WHERE id IN (SELECT id FROM customer_order LIMIT 30)',
    );
    await bench.sql.query('VACUUM ANALYZE');
  }, 60_000);

  afterAll(() => bench.close());

  const planOf = async (file: string, values: readonly unknown[]) => {
    const text = readFileSync(new URL(`../../libs/orders/placement/${file}.sql`, import.meta.url), 'utf8');
    const rows = await bench.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const asked = [[randomUUID()], [randomUUID()]];
  const lines = [[randomUUID()], [randomUUID()], [randomUUID()]];

  test('also when the plan was made while there were few', async () => {
    const keys = [[randomUUID()], ['a key']];
    for (const plan of [
      await planOf('snapshot', [...asked, ...keys, true, ...lines, true]),
      await planOf('refuse-archived-keys', keys),
    ]) {
      expect(plan).toContain('customer_order_idempotency_archived');
      expect(plan).not.toContain('Seq Scan');
    }
    expect(await planOf('snapshot', [...asked, ...keys, true, ...lines, true])).toContain(
      'customer_order_idempotency_recent',
    );
  });

  test('also what its buyer has, and not what any buyer of the batch has of any of its items', async () => {
    const plan = await planOf('snapshot', [...asked, [randomUUID()], ['a key'], false, ...lines, false]);
    const [, condition] = /using purchase_pkey on purchase.*\n\s*Index Cond: (.*)/.exec(plan) ?? [];
    expect(condition).toMatch(/buyer_id = line\.buyer_id/);
    expect(condition).not.toContain('ANY');
  });
});

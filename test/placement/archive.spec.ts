import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OrderArchive } from '#orders';
import { GuardBench, request } from '../guards/bench.js';

const OLD = '01800000-0000-7000-8000-00000000000'; // of April 2022

describe('the archive of orders', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
  });

  afterAll(() => bench.close());

  const archived = async () => {
    const { rows } = await bench.sql.query<{ id: string }>(
      'SELECT id FROM customer_order WHERE archived ORDER BY id',
    );
    return rows.map(({ id }) => id);
  };

  test('takes in the oldest first, some at a time, and leaves those of today', async () => {
    const offer = await bench.offer(10);
    const ids = [3, 1, 2].map((n) => `${OLD}${n}`);
    for (const orderId of ids) await bench.place({ ...request(offer), orderId });
    await bench.place({ ...request(offer), orderId: recentId() });
    const archive = new OrderArchive(bench.database, { atOnce: 2 });
    expect(await archive.archiveSome()).toBe(2);
    expect(await archived()).toEqual([`${OLD}1`, `${OLD}2`]);
    expect(await archive.archiveSome()).toBe(1);
    expect(await archived()).toEqual([...ids].sort());
    expect(await archive.archiveSome()).toBe(0);
  });

  test('goes on where it ended, and takes each order once, whoever else archives', async () => {
    const offer = await bench.offer(10);
    for (const n of [4, 5, 6, 7]) await bench.place({ ...request(offer), orderId: `${OLD}${n}` });
    const archive = new OrderArchive(bench.database, { atOnce: 1 });
    const counts = await Promise.all([1, 2, 3, 4, 5, 6].map(() => archive.archiveSome()));
    expect(counts.sort()).toEqual([0, 0, 1, 1, 1, 1]);
    expect(await archived()).toHaveLength(7);
  });

  test('is no reason to wait for one who orders meanwhile', async () => {
    const offer = await bench.offer(10);
    await bench.place({ ...request(offer), orderId: `${OLD}8` });
    const archive = new OrderArchive(bench.database);
    const placed = bench.place(
      request(offer),
      {},
      { beforeWrite: async () => expect(await archive.archiveSome()).toBe(1) },
    );
    expect(await placed).toMatchObject({ kind: 'accepted' });
  });
});

/** As the service makes them now. */
function recentId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Deadline, Gate, WarmUp } from '#orders';
import { Database } from '#platform';
import { GuardBench, request } from '../guards/bench.js';
import { eventually } from '../support/wait.js';

const POOL_SIZE = 3;
/** claim, snapshot, record, refuse-archived-keys, reserve */
const STATEMENTS = 5;

describe('what is warm before a process serves', () => {
  let bench: GuardBench;
  let database: Database;
  let gateDatabase: Database;
  let offer: { itemId: string; saleId: string };
  let warmUp: WarmUp;
  let gate: Gate;

  beforeAll(async () => {
    bench = await GuardBench.open();
    offer = await bench.offer(5);
    database = new Database({ url: bench.url, poolSize: POOL_SIZE });
    gateDatabase = new Database({ url: bench.url, poolSize: 1 });
    gate = new Gate(gateDatabase);
    warmUp = new WarmUp(database, gate, { everyMs: 500 });
    await warmUp.onApplicationBootstrap();
  });

  afterAll(async () => {
    warmUp.onModuleDestroy();
    await database.close();
    await gateDatabase.close();
    await bench.close();
  });

  /** Of each connection, asked at the same time. */
  const preparedStatements = () => {
    const sql = `SELECT count(*)::integer AS n, pg_sleep(0.2) FROM pg_prepared_statements WHERE name ~ 'claim|snapshot|record|refuse|reserve'`;
    const all = Array.from({ length: POOL_SIZE }, () => database.query<{ n: number }>(sql));
    return Promise.all(all.map(async (rows) => (await rows)[0]?.n));
  };

  test('every connection, with the statements of an order', async () => {
    expect(database.pool.totalCount).toBe(POOL_SIZE);
    expect(await preparedStatements()).toEqual(new Array(POOL_SIZE).fill(STATEMENTS));
    const written = `SELECT (SELECT count(*) FROM customer_order) + (SELECT count(*) FROM stock_movement) + (SELECT count(*) FROM outbox_event) AS n`;
    expect((await bench.sql.query(written)).rows).toEqual([{ n: '0' }]);
  });

  test('the items of sales that are near, which need not be looked at before they are ordered', async () => {
    const looks = { known: await looksAt(offer), unknown: await looksAt(await bench.offer(5)) };
    expect(looks).toEqual({ known: 0, unknown: 1 });
  });

  /** How often the gate reads before it lets an order pass. */
  async function looksAt(wanted: { itemId: string; saleId: string }): Promise<number> {
    const query = jest.spyOn(gateDatabase, 'query');
    await gate.refusal(request(wanted), Deadline.after(1_000));
    const looks = query.mock.calls.length;
    query.mockRestore();
    return looks;
  }

  test('and again after its connections were lost', async () => {
    let lost = 0;
    database.pool.on('error', () => undefined);
    database.pool.on('remove', () => (lost += 1));
    await bench.sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await eventually(() => expect(lost).toBe(POOL_SIZE)); // or this test itself would open them anew
    await eventually(() => expect(database.pool.totalCount).toBe(POOL_SIZE));
    await eventually(async () =>
      expect(await preparedStatements()).toEqual(new Array(POOL_SIZE).fill(STATEMENTS)),
    );
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import {
  LockContendedError,
  LockUnavailableError,
  LockUsageError,
  LockWaitTimeoutError,
} from '../../../libs/lock/errors.js';
import type { PostgresLockProvider } from '../../../libs/lock/providers/postgres/postgres-lock-provider.js';
import { lockInTransaction } from '../../../libs/lock/providers/postgres/transaction-lock.js';
import { sleep, timed, until } from '../timing.js';
import { Ear, PostgresLab } from './postgres-lab.js';

let lab: PostgresLab;
let provider: PostgresLockProvider;

beforeAll(async () => {
  lab = await PostgresLab.open();
}, 60_000);
beforeEach(async () => {
  provider = lab.provider();
  await provider.prepare();
});
afterEach(() => lab.cleanUp());
afterAll(() => lab.close());

describe('a lock in the caller’s transaction', () => {
  test.each(['COMMIT', 'ROLLBACK'])(
    'keeps leases out until its %s, and they are refused at once',
    async (end) => {
      const client = await begun();
      const fences = await lock(client, ['b', 'a', 'a']);
      expect([...fences.keys()]).toEqual(['a', 'b']);
      const { tookMs } = await timed(
        provider
          .acquire(lab.request('a'))
          .then((answer) => expect(answer).toEqual({ granted: false, resource: 'a', remainingMs: -1 })),
      );
      expect(tookMs).toBeLessThan(1_000);
      expect((await provider.acquire(lab.request('c'))).granted).toBe(true);
      await client.query(end);
      const answer = await provider.acquire(lab.request(['a', 'b']));
      if (!answer.granted) throw new Error('not granted');
      for (const [index, fence] of [...fences.values()].entries()) {
        expect(answer.fences[index]).toBeGreaterThan(fence);
      }
    },
  );

  test('is refused by a lease that is alive, and the transaction goes on', async () => {
    const holder = lab.request('a');
    await provider.acquire(holder);
    const client = await begun();
    await expect(lock(client, ['a', 'b'])).rejects.toThrow(LockContendedError);
    const begunAt = await clockOf(client);
    const { tookMs, error } = await timed(lock(client, ['b', 'a'], { waitMs: 300 }));
    expect((await clockOf(client)) - begunAt).toBeGreaterThanOrEqual(300); // by the clock that it waits by
    expect(error).toBeInstanceOf(LockWaitTimeoutError);
    expect(error).toMatchObject({ resource: 'a', waitMs: 300 });
    expect(tookMs).toBeLessThan(1_000);
    expect((await provider.acquire(lab.request('b'))).granted).toBe(true); // nothing stayed taken
    expect((await provider.extend(holder, 30_000)).held).toBe(true);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
    await client.query('COMMIT');
  });

  test('waits for the release of a lease, and goes before the queue, which goes on when it commits', async () => {
    const holder = lab.request('a');
    await provider.acquire(holder);
    const waiter = lab.request('a', { placeMs: 20_000 });
    const ear = new Ear(provider, waiter);
    await provider.acquire(waiter);
    await until(() => ear.looked === 1, { what: 'it listens' });
    const client = await begun();
    const locked = lock(client, ['a'], { waitMs: 5_000 });
    await sleep(100);
    // A waiting transaction stops no renewal, and no repetition of an attempt whose reply was lost.
    expect((await provider.extend(holder, 30_000)).held).toBe(true);
    expect((await provider.acquire(holder)).granted).toBe(true);
    await provider.release(holder);
    await locked;
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
    expect(ear.granted).toBe(false);
    expect(await provider.acquire(waiter)).toMatchObject({ granted: false, remainingMs: -1 });
    await client.query('COMMIT');
    await until(() => ear.looked === 2, { what: 'the first in the queue is told to look' });
    expect((await provider.acquire(waiter)).granted).toBe(true);
  });

  test('waits for the end of a lease that nobody releases', async () => {
    const floor = Date.now() * 1_000 + 3_600_000_000; // the last fence is ahead of the clock
    await provider.acquire(lab.request('a', { leaseMs: 300, floors: [floor] }));
    const client = await begun();
    expect((await lock(client, ['a'], { waitMs: 5_000 })).get('a')).toBe(floor + 1);
    expect((await provider.acquire(lab.request('a'))).granted).toBe(false);
  });

  test('a renewal on its way when the lease is found ended wins or loses, never both', async () => {
    const [renewing, client] = [await begun(), await begun()];
    const holder = lab.request(['a', 'b'], { leaseMs: 1_000 });
    await provider.acquire(holder);
    // A renewal that was applied in time, and commits late.
    await renewing.query(`SELECT ${lab.schema}.extend('{a,b}', $1, 60000)`, [holder.token]);
    await sleep(1_050);
    const refused = timed(lock(client, ['a', 'b'], { waitMs: 2_000 }));
    await sleep(200);
    await renewing.query('COMMIT');
    await sleep(100);
    const { tookMs } = await timed(
      provider.extend(holder, 60_000).then(({ held }) => expect(held).toBe(true)), // no row stayed locked
    );
    expect(tookMs).toBeLessThan(1_000);
    expect((await refused).error).toBeInstanceOf(LockWaitTimeoutError);
  });

  test('a renewal that comes as a transaction has just found the lease ended fails, and renews nothing', async () => {
    const holder = lab.request(['a', 'b'], { leaseMs: 50 });
    await provider.acquire(holder);
    await sleep(60);
    const client = await begun();
    await lock(client, ['b']);
    const renewed = timed(
      lab.query(
        `SELECT $schema.renew('{a,b}', $1, clock_timestamp() - interval '1 hour', clock_timestamp() + interval '1 hour')`,
        [holder.token],
      ),
    );
    await sleep(100);
    await client.query('COMMIT');
    expect((await renewed).error).toMatchObject({ code: '40001' });
    expect(await provider.list(10)).toEqual([]);
  });

  test('transactions exclude each other, in every order of the resources', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => lab.client()));
    let inside = 0;
    let overlaps = 0;
    const run = async (client: Client, index: number): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        await client.query('BEGIN');
        await lock(client, index % 2 ? ['a', 'b'] : ['b', 'a'], { waitMs: 10_000 });
        inside += 1;
        if (inside > 1) overlaps += 1;
        await client.query('SELECT 1');
        inside -= 1;
        await client.query('COMMIT');
      }
    };
    await Promise.all(clients.map(run));
    expect(overlaps).toBe(0);
  });

  test('waits no longer for another transaction than it was told', async () => {
    const first = await begun();
    await lock(first, ['a']);
    const second = await begun();
    await expect(lock(second, ['a'])).rejects.toThrow(LockContendedError);
    const { tookMs, error } = await timed(lock(second, ['a'], { waitMs: 200 }));
    expect(error).toBeInstanceOf(LockWaitTimeoutError);
    expect(tookMs).toBeLessThan(1_000);
  });

  test('a single try is not refused by a lease operation under way that takes nothing', async () => {
    const busy = await begun(); // an acquisition that has passed the gate, and is rolled back
    await busy.query(`SELECT ${lab.schema}.acquire('{a}', 'other', 1000, 'o', '{0}', 0, 'c')`);
    const client = await begun();
    const locked = lock(client, ['a']);
    await sleep(100);
    await busy.query('ROLLBACK');
    expect((await locked).size).toBe(1);
  });

  test('leases and transactions never overlap under load', async () => {
    const clients = await Promise.all(Array.from({ length: 3 }, () => lab.client()));
    let inside = 0;
    let overlaps = 0;
    const enter = async (): Promise<void> => {
      inside += 1;
      if (inside > 1) overlaps += 1;
      await sleep(1);
      inside -= 1;
    };
    const inTransaction = async (client: Client): Promise<void> => {
      for (let round = 0; round < 15; round += 1) {
        await client.query('BEGIN');
        await lock(client, ['a'], { waitMs: 20_000 });
        await enter();
        await client.query('COMMIT');
        await sleep(5);
      }
    };
    const withLease = async (): Promise<void> => {
      for (let round = 0; round < 15; round += 1) {
        const claim = lab.request('a', { placeMs: 500 });
        while (!(await provider.acquire(claim)).granted) await sleep(3);
        await enter();
        await provider.release(claim);
      }
    };
    await Promise.all([...clients.map(inTransaction), withLease(), withLease(), withLease()]);
    expect(overlaps).toBe(0);
  });

  test('its fence keeps to the floor, and is rolled back with it', async () => {
    const client = await begun();
    const floor = Date.now() * 1_000 + 3_600_000_000;
    expect((await lock(client, ['a'], { floor })).get('a')).toBe(floor);
    await client.query('ROLLBACK');
    expect(await lab.query('SELECT * FROM $schema.lease')).toEqual([]);
    await client.query('BEGIN');
    await lock(client, ['a'], { floor });
    await client.query('COMMIT');
    expect(await provider.acquire(lab.request('a'))).toEqual({ granted: true, fences: [floor + 1] });
  });

  test('ROLLBACK TO a savepoint before it gives it back', async () => {
    const client = await begun();
    await client.query('SAVEPOINT before');
    await lock(client, ['a']);
    await client.query('ROLLBACK TO before');
    expect((await provider.acquire(lab.request('a'))).granted).toBe(true);
  });

  test('needs an open transaction, READ COMMITTED, and resources', async () => {
    const client = await lab.client();
    await expect(lock(client, ['a'])).rejects.toThrow(LockUsageError);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(lock(client, ['a'])).rejects.toThrow(/READ COMMITTED/);
    await client.query('ROLLBACK');
    await client.query('BEGIN');
    await expect(lock(client, [])).rejects.toThrow(LockUsageError);
    await expect(lock(client, ['a'], { waitMs: -1 })).rejects.toThrow(LockUsageError);
    await expect(lock(client, ['a'], { schema: 'not_there' })).rejects.toThrow(LockUnavailableError);
  });

  test('[case 37] with a pool of one connection the lock and the job’s transaction both complete', async () => {
    const pool = lab.pool({ max: 1 });
    const shared = lab.providerOf(pool);
    const claim = lab.request('a');
    expect((await shared.acquire(claim)).granted).toBe(true);
    const client = await pool.connect();
    await client.query('BEGIN');
    await lockInTransaction(client, 'b', { waitMs: 0, schema: lab.schema });
    await client.query('COMMIT');
    client.release();
    expect((await shared.extend(claim, 1_000)).held).toBe(true);
    expect(await shared.release(claim)).toBe(true);
  });

  test('and while the job keeps the only connection, an operation fails in time and is none', async () => {
    const pool = lab.pool({ max: 1 });
    const shared = lab.providerOf(pool, { commandTimeoutMs: 200 });
    await shared.prepare();
    const client = await pool.connect();
    const { tookMs, error } = await timed(shared.acquire(lab.request('a')));
    expect(error).toMatchObject({ name: 'LockUnavailableError', outcome: 'none' });
    expect(tookMs).toBeLessThan(1_000);
    client.release();
    expect((await shared.acquire(lab.request('a'))).granted).toBe(true); // the late one came back to the pool
  });
});

/** Milliseconds since the epoch, for the server. */
async function clockOf(client: Client): Promise<number> {
  const sql = 'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now';
  return Number((await client.query<{ now: string }>(sql)).rows[0]?.now);
}

async function begun(): Promise<Client> {
  const client = await lab.client();
  await client.query('BEGIN');
  return client;
}

function lock(
  client: Client,
  resources: string[],
  options: { waitMs?: number; floor?: number; schema?: string } = {},
) {
  return lockInTransaction(client, resources, { waitMs: 0, schema: lab.schema, ...options });
}

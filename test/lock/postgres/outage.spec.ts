import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freePort } from '#local';
import { LockUnavailableError, LockUsageError } from '../../../libs/lock/errors.js';
import { PostgresLockProvider } from '../../../libs/lock/providers/postgres/postgres-lock-provider.js';
import { postgresLockSchema } from '../../../libs/lock/providers/postgres/schema.js';
import { eventually } from '../../support/wait.js';
import { sleep, timed, until } from '../timing.js';
import { Ear, PostgresLab } from './postgres-lab.js';

let lab: PostgresLab;

beforeAll(async () => {
  lab = await PostgresLab.open();
}, 60_000);
afterEach(() => lab.cleanUp());
afterAll(() => lab.close());

describe('the schema', () => {
  test('is created once by many providers that start at the same time', async () => {
    const providers = Array.from({ length: 8 }, () => lab.provider());
    const answers = await Promise.all(providers.map((provider) => provider.acquire(lab.request('a'))));
    expect(answers.filter((answer) => answer.granted)).toHaveLength(1);
  });

  test('is replaced when it is older, left alone when it is newer, and keeps what is held', async () => {
    const claim = lab.request('a');
    await lab.provider().acquire(claim);
    await lab.query(`COMMENT ON SCHEMA $schema IS 'holdfast lock 0'`);
    await lab.query(
      `CREATE OR REPLACE FUNCTION $schema.release(text[], text) RETURNS boolean
                     LANGUAGE sql AS 'SELECT false'`.replace(
        '(text[], text)',
        '(p_resources text[], p_token text)',
      ),
    );
    expect(await lab.provider().release(claim)).toBe(true);
    await lab.query(`COMMENT ON SCHEMA $schema IS 'holdfast lock 99'`);
    await lab.provider().prepare();
    expect(await lab.query(`SELECT obj_description('$schema'::regnamespace) AS comment`)).toEqual([
      { comment: 'holdfast lock 99' },
    ]);
  });

  test('is created anew when it has gone', async () => {
    const provider = lab.provider();
    await provider.acquire(lab.request('a'));
    await lab.query('DROP SCHEMA $schema CASCADE');
    await expect(provider.acquire(lab.request('a'))).rejects.toMatchObject({ outcome: 'none' });
    expect((await provider.acquire(lab.request('a'))).granted).toBe(true);
  });

  test('is not created where that was asked; the script makes it, once or twice', async () => {
    const provider = lab.provider({ createSchema: false });
    const { error } = await timed(provider.acquire(lab.request('a')));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(error).toMatchObject({ outcome: 'none' });
    expect(String(error)).toContain('postgresLockSchema()');
    await lab.query(postgresLockSchema(lab.schema));
    await lab.query(postgresLockSchema(lab.schema));
    expect((await provider.acquire(lab.request('a'))).granted).toBe(true);
  });

  test('locks of two schemas are different locks', async () => {
    await lab.provider().acquire(lab.request('a'));
    expect((await lab.provider({ schema: `${lab.schema}_2` }).acquire(lab.request('a'))).granted).toBe(true);
    expect((await lab.provider({ schema: 'user' }).acquire(lab.request('a'))).granted).toBe(true); // a reserved word
  });

  test.each(['', 'a-b', 'A', '1a', 'a;b', 'pg_x', 'a'.repeat(49)])('is not named %j', (schema) => {
    expect(() => lab.provider({ schema })).toThrow(LockUsageError);
  });
});

describe('PostgreSQL away', () => {
  test('[case 34] each call fails in time with none; it constructs all the same', async () => {
    const port = await freePort();
    const provider = lab.closeLater(
      new PostgresLockProvider({
        connectionString: `postgres://u:p@127.0.0.1:${port}/d`,
        commandTimeoutMs: 300,
      }),
    );
    const stop = provider.watch(lab.request('a'), () => undefined);
    for (const call of [
      () => provider.acquire(lab.request('a')),
      () => provider.extend(lab.request('a'), 1_000),
      () => provider.release(lab.request('a')),
      () => provider.list(1),
      () => provider.values.get('k'),
    ]) {
      const { tookMs, error } = await timed(call());
      expect(error).toMatchObject({ name: 'LockUnavailableError', outcome: 'none' });
      expect(tookMs).toBeLessThan(1_000);
    }
    stop();
  });

  test('[case 20] what was granted survives a crash, fences grow on, and everything recovers by itself', async () => {
    const provider = lab.provider({ commandTimeoutMs: 1_000 });
    const [held, waiter] = [lab.request(['a', 'b']), lab.request('a', { placeMs: 60_000 })];
    const first = await provider.acquire(held);
    const ear = new Ear(provider, waiter);
    await provider.acquire(waiter);
    await until(() => ear.looked === 1, { what: 'it listens' });
    await provider.values.set('k', 'v', 60_000);
    await lab.crash();
    expect(await eventually(() => provider.acquire(held))).toEqual(first);
    await until(() => ear.looked === 2, { withinMs: 10_000, what: 'it listens again' });
    expect(await lab.provider().acquire(lab.request('b'))).toMatchObject({ granted: false });
    expect((await provider.acquire(waiter)).granted).toBe(false); // queues anew
    expect(await provider.release(held)).toBe(true);
    await until(() => ear.granted, { what: 'the waiter is granted' });
    expect(ear.events.at(-1)).toMatchObject({ fences: [expect.any(Number)] });
    const [lock] = await provider.list(1);
    expect(lock?.fence).toBeGreaterThan((first.granted && first.fences[0]) || Infinity);
  }, 60_000);

  test('a grant by promotion survives a crash that follows at once', async () => {
    const [provider, held, waiter] = [
      lab.provider(),
      lab.request('a'),
      lab.request('a', { placeMs: 60_000 }),
    ];
    await provider.acquire(held);
    await provider.acquire(waiter);
    await provider.release(held);
    await lab.crash();
    const [lock] = await eventually(() => lab.provider().list(1));
    expect(lock?.token).toBe(waiter.token);
  }, 60_000);

  test('so does a grant in a database that does not wait for its disk', async () => {
    await lab.query('ALTER DATABASE holdfast SET synchronous_commit = off');
    const claim = lab.request('a');
    const provider = lab.provider();
    await provider.prepare();
    await sleep(500); // the schema has reached the disk by itself
    await provider.acquire(claim);
    await lab.crash();
    const [lock] = await eventually(() => lab.provider().list(1));
    await lab.query('ALTER DATABASE holdfast RESET synchronous_commit');
    expect(lock?.token).toBe(claim.token);
  }, 60_000);

  test('a session that the server ends is unknown, and the next call has a new one', async () => {
    const provider = lab.provider({ maxConnections: 1 });
    await provider.prepare();
    const blocker = await lab.client();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT ${lab.schema}.mutex('{a}')`);
    const request = lab.request('a');
    const attempt = timed(provider.acquire(request));
    await until(async () => (await ours('active')).length === 1, { what: 'the attempt waits' });
    await lab.query('SELECT pg_terminate_backend($1)', [(await ours('active'))[0]?.pid]);
    expect((await attempt).error).toMatchObject({ name: 'LockUnavailableError', outcome: 'unknown' });
    await blocker.query('ROLLBACK');
    expect((await provider.acquire(request)).granted).toBe(true);
    await lab.query('SELECT pg_terminate_backend($1)', [(await ours('idle'))[0]?.pid]); // while it idles in the pool
    await sleep(50);
    expect(await provider.release(request)).toBe(true);
  });

  test('an operation that waits too long for another is none: the server took it back', async () => {
    const provider = lab.provider({ commandTimeoutMs: 800 });
    await provider.prepare();
    const blocker = await lab.client();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT ${lab.schema}.mutex('{a}')`);
    const { tookMs, error } = await timed(provider.acquire(lab.request('a')));
    expect(error).toMatchObject({ name: 'LockUnavailableError', outcome: 'none' });
    expect(tookMs).toBeLessThan(1_000);
    await blocker.query('ROLLBACK');
    await sleep(100);
    expect(await provider.list(1)).toEqual([]); // nor was it applied afterwards
  });

  test('in a pool of the caller’s without limits the server still gives up, within a second or so', async () => {
    const provider = lab.providerOf(lab.pool());
    await provider.prepare();
    const blocker = await lab.client();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT ${lab.schema}.mutex('{a}')`);
    const { tookMs, error } = await timed(provider.acquire(lab.request('a')));
    expect(error).toMatchObject({ name: 'LockUnavailableError', outcome: 'none' });
    expect(tookMs).toBeLessThan(2_000);
    await blocker.query('ROLLBACK');
  });

  test('[case 07] a lost reply is unknown; the same token asks again and holds it once', async () => {
    const proxy = await lab.proxy();
    const provider = lab.provider({ through: proxy });
    await provider.prepare();
    const request = lab.request('a');
    proxy.loseAnswerTo(request.token, { reaches: true });
    await expect(provider.acquire(request)).rejects.toMatchObject({ outcome: 'unknown' });
    const [lock] = await lab.provider().list(1);
    expect(await provider.acquire(request)).toEqual({ granted: true, fences: [lock?.fence] });
    expect(await provider.release(request)).toBe(true);
    expect(await provider.list(1)).toEqual([]);
  });

  test('a reply that does not come in time is unknown', async () => {
    const proxy = await lab.proxy();
    const provider = lab.provider({ through: proxy, commandTimeoutMs: 300 });
    await provider.prepare();
    proxy.delayReplies(60_000);
    const { tookMs, error } = await timed(provider.acquire(lab.request('a')));
    expect(error).toMatchObject({ name: 'LockUnavailableError', outcome: 'unknown' });
    expect(tookMs).toBeLessThan(1_000);
    proxy.delayReplies(0);
    expect((await eventually(() => provider.acquire(lab.request('b')))).granted).toBe(true);
  });

  test('[case 40] a server that only reads grants nothing, and says so as away', async () => {
    const provider = lab.provider();
    const held = lab.request('held');
    await provider.acquire(held);
    await lab.query(`ALTER SYSTEM SET default_transaction_read_only = on`);
    await lab.query('SELECT pg_reload_conf()');
    try {
      const other = lab.provider();
      await until(async () => isReadOnly(), { what: 'the server only reads' });
      for (const call of [
        () => other.acquire(lab.request('a')),
        () => other.acquire(lab.request('held', { placeMs: 1_000 })),
        () => other.extend(held, 1_000),
        () => other.release(held),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: 'LockUnavailableError', outcome: 'none' });
      }
    } finally {
      const client = new Client({
        connectionString: lab.server.url,
        options: '-c default_transaction_read_only=off',
      });
      await client.connect();
      await client.query('ALTER SYSTEM RESET default_transaction_read_only');
      await client.query('SELECT pg_reload_conf()');
      await client.end();
      await until(async () => !(await isReadOnly()), { what: 'the server writes again' });
    }
    expect(await provider.release(held)).toBe(true);
  });

  test('isolation set for the whole database does not reach its sessions, and is refused in a caller’s', async () => {
    await lab.query(`ALTER DATABASE holdfast SET default_transaction_isolation = 'repeatable read'`);
    try {
      const provider = lab.provider();
      expect((await provider.acquire(lab.request('a'))).granted).toBe(true);
      const shared = lab.providerOf(lab.pool());
      await expect(shared.acquire(lab.request('b'))).rejects.toThrow(/READ COMMITTED/);
    } finally {
      await lab.query('ALTER DATABASE holdfast RESET default_transaction_isolation');
    }
  });
});

describe('what it costs', () => {
  test('[case 04] one statement an operation, and no connection while a lock is held', async () => {
    const provider = lab.provider();
    await provider.prepare();
    const calls = async (): Promise<Record<string, number>> => {
      const rows = await lab.query<{ name: string; calls: string }>(
        `SELECT funcname AS name, calls FROM pg_stat_user_functions WHERE schemaname = '$schema'`,
      );
      return Object.fromEntries(rows.map((row) => [row.name, Number(row.calls)]));
    };
    await lab.query(`ALTER SYSTEM SET track_functions = 'all'`);
    await lab.query('SELECT pg_reload_conf()');
    const tracked = lab.provider();
    await until(
      async () =>
        (await lab.query<{ track_functions: string }>('SHOW track_functions'))[0]?.track_functions === 'all',
      { what: 'functions are counted' },
    );
    const [held, refused] = [lab.request('a'), lab.request('a')];
    await tracked.acquire(held);
    expect((await tracked.acquire(refused)).granted).toBe(false);
    await tracked.extend(held, 1_000);
    await tracked.release(held);
    await tracked.close();
    await eventually(async () => expect(await calls()).toMatchObject({ acquire: 2, extend: 1, release: 1 }));
  });

  test('its sessions have limits and a name, and end with it', async () => {
    const provider = lab.provider({ commandTimeoutMs: 1_234, maxConnections: 2 });
    await Promise.all(Array.from({ length: 10 }, (_, index) => provider.acquire(lab.request(`r${index}`))));
    expect(await ours('idle')).toHaveLength(2);
    await provider.close();
    await provider.close();
    await eventually(async () => expect(await ours('idle')).toEqual([]));
  });
});

function ours(state: string): Promise<{ pid: number }[]> {
  return lab.query(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'holdfast-lock' AND state = $1`,
    [state],
  );
}

async function isReadOnly(): Promise<boolean> {
  const [row] = await lab.query<{ setting: string }>(
    `SELECT current_setting('default_transaction_read_only') AS setting`,
  );
  return row?.setting === 'on';
}

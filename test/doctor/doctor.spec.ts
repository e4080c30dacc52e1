import { randomBytes, randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Pool } from 'pg';
import { freePort, startPostgres, startRedis, type LocalPostgres, type LocalRedis } from '#local';
import { loadConfig, migrate } from '#platform';
import { examine } from '../../apps/doctor/examine.js';
import { checkClocks } from '../../apps/doctor/checks/clocks.js';
import { checkLockServers } from '../../apps/doctor/checks/lock-servers.js';
import type { Finding } from '../../apps/doctor/finding.js';
import { parseOptions } from '../../apps/doctor/options.js';
import { CONSENSUS_STORES } from '../support/consensus-stores.js';
import { openPool } from '../support/database.js';
import { eventually } from '../support/wait.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { startWrongPostgres, type PostgresServer } from './servers.js';

jest.setTimeout(120_000);

const secret = () => randomBytes(33).toString('base64url');

/** A deployment as it should be, but for a standby. */
const GOOD = {
  NODE_ENV: 'production',
  HOST: '0.0.0.0',
  TRUSTED_PROXIES: '10.0.0.0/8',
  BUYER_JWT_SECRET: secret(),
  ADMIN_API_KEY: secret(),
  PAYMENT_WEBHOOK_SECRET: secret(),
  SHOP_WEBHOOK_URL: 'https://shop.example/events',
  SHOP_WEBHOOK_SECRET: secret(),
  STREAM_CAPACITY: '100',
};
/** What a server as `npm start` brings has not, for it is for one machine. */
const OF_A_LOCAL_SERVER = ['free disk', 'open files', 'postgresql standby', 'postgresql huge_pages', 'sales'];
const RIGHT_SETTINGS = {
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
  wal_compression: 'pglz',
  shared_buffers: '256MB',
};

describe('the doctor', () => {
  const folders = [temporaryFolder('doctor'), temporaryFolder('doctor')] as const;
  let postgres: LocalPostgres;
  let redis: LocalRedis;
  let record: Pool;
  let env: Record<string, string>;

  beforeAll(async () => {
    postgres = await startPostgres({ directory: folders[0].path, settings: RIGHT_SETTINGS });
    redis = await startRedis();
    await migrate(postgres.url);
    record = openPool(postgres.url, 2);
    env = { ...GOOD, DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  });

  afterAll(async () => {
    await record.end();
    await postgres.stop();
    await redis.stop();
    for (const folder of folders) folder.remove();
  });

  const look = (more: Record<string, string> = {}, options = {}) =>
    examine(loadConfig({ ...env, ...more }), { json: false, urls: [], apis: 2, workers: 1, ...options });
  const verdictOf = (findings: readonly Finding[], check: string) =>
    findings.find((finding) => finding.check === check)?.verdict;
  const verdict = async (check: string, more: Record<string, string> = {}, options = {}) =>
    verdictOf(await look(more, options), check);
  const sql = (text: string, values: unknown[] = []) => record.query(text, values);

  test('finds nothing to say about a deployment that is as it should be', async () => {
    const findings = await look();
    const notOk = findings.filter(({ verdict: found }) => found !== 'ok').map(({ check }) => check);
    expect(notOk.filter((check) => !OF_A_LOCAL_SERVER.includes(check))).toEqual([]);
    expect(findings.length).toBeGreaterThan(30);
    for (const { verdict: found, advice } of findings) expect(advice !== undefined).toBe(found !== 'ok');
  });

  describe('of settings', () => {
    test.each([
      ['NODE_ENV', { NODE_ENV: 'development' }, 'fail'],
      ['GUEST_BUYERS', { GUEST_BUYERS: 'true' }, 'warn'],
      ['BUYER_JWT_SECRET', { BUYER_JWT_SECRET: 'k3J9sLq2' }, 'fail'],
      ['ADMIN_API_KEY', { ADMIN_API_KEY: 'please-change-me-please-change-me-please' }, 'fail'],
      ['PAYMENT_WEBHOOK_SECRET', { PAYMENT_WEBHOOK_SECRET: GOOD.SHOP_WEBHOOK_SECRET }, 'fail'],
      ['RESERVATION_STRATEGY', { RESERVATION_STRATEGY: 'row-lock' }, 'warn'],
      ['LOCK_FALLBACK', { LOCK_FALLBACK: 'memory', SINGLE_PROCESS: 'true' }, 'warn'],
      ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '' }, 'warn'],
      ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '', RATE_LIMIT_IP: '20/10s' }, 'fail'],
      ['SHOP_WEBHOOK_URL', { SHOP_WEBHOOK_URL: 'http://shop.example' }, 'warn'],
      ['open files', { STREAM_CAPACITY: '1000000' }, 'warn'],
    ])('%s, where it is %o: %s', async (check, more, expected) => {
      if (check === 'open files' && verdictOf(await look(), check) === undefined) return; // no /proc
      expect(await verdict(check, more)).toBe(expected);
    });
  });

  describe('of PostgreSQL', () => {
    let wrong: PostgresServer;

    beforeAll(async () => {
      wrong = await startWrongPostgres(folders[1].path, {
        fsync: 'off',
        full_page_writes: 'off',
        synchronous_commit: 'off',
        max_connections: '30',
        autovacuum: 'off',
        track_counts: 'off',
        max_wal_size: '64MB',
        checkpoint_timeout: '30s',
        wal_compression: 'off',
        shared_buffers: '16MB',
        huge_pages: 'off',
      });
    });

    afterAll(() => wrong.stop());

    test('every setting that loses orders, or slows a sale', async () => {
      const findings = await eventually(async () => {
        const all = await look({ DATABASE_URL: wrong.url });
        expect(all.filter(({ check }) => check === 'postgresql connection')).toEqual([]);
        return all;
      });
      const verdicts = Object.fromEntries(
        findings.map(({ check, verdict: found }) => [check.replace('postgresql ', ''), found]),
      );
      expect(verdicts).toMatchObject({
        ...{ fsync: 'fail', full_page_writes: 'fail', synchronous_commit: 'fail', max_connections: 'fail' },
        ...{ autovacuum: 'fail', track_counts: 'fail', max_wal_size: 'warn', checkpoint_timeout: 'warn' },
        ...{ wal_compression: 'warn', shared_buffers: 'warn', standby: 'warn' },
        huge_pages: 'warn',
      });
      const hugePages = findings.find(({ check }) => check === 'postgresql huge_pages');
      expect(hugePages?.advice).toMatch(/^Set [1-9]\d* huge pages aside/);
    });

    test('what is switched off for this database alone', async () => {
      await sql('ALTER DATABASE holdfast SET synchronous_commit = off');
      expect(await verdict('postgresql synchronous_commit')).toBe('fail');
      await sql('ALTER DATABASE holdfast RESET synchronous_commit');
    });

    test('a standby that is named and not there', async () => {
      await sql(`ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'`);
      await sql('SELECT pg_reload_conf()');
      try {
        expect(await verdict('postgresql standby')).toBe('fail');
      } finally {
        await sql('ALTER SYSTEM RESET synchronous_standby_names');
        await sql('SELECT pg_reload_conf()');
      }
    });

    test('pools that are larger than the server has room for', async () => {
      expect(await verdict('postgresql max_connections', {}, { apis: 9 })).toBe('fail');
      expect(await verdict('postgresql max_connections', { DATABASE_POOL_SIZE: '40' })).toBe('fail');
    });

    test('a migration that is pending, and one that only another version knows', async () => {
      await sql(`UPDATE migrations SET name = 'Tomorrow' WHERE name LIKE 'Retention%'`);
      const found = (await look()).filter(({ check }) => check === 'migrations');
      await sql(`UPDATE migrations SET name = 'Retention1764820000000' WHERE name = 'Tomorrow'`);
      expect(found.map((each) => [each.verdict, each.found])).toEqual([
        ['fail', 'pending: Retention1764820000000'],
        ['warn', 'unknown here: Tomorrow'],
      ]);
    });

    test('that it does not answer', async () => {
      const DATABASE_URL = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
      expect(await verdict('postgresql connection', { DATABASE_URL })).toBe('fail');
    });
  });

  describe('of Redis', () => {
    test('an eviction policy that throws locks away, and memory that is nearly full', async () => {
      const evicting = await startRedis({
        args: ['--maxmemory', '1mb', '--maxmemory-policy', 'allkeys-lru'],
      });
      const findings = await look({ REDIS_URL: evicting.url });
      await evicting.stop();
      expect(verdictOf(findings, 'redis maxmemory-policy')).toBe('fail');
      expect(verdictOf(findings, 'redis memory')).toBe('warn');
    });

    test('a replica', async () => {
      const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(redis.port)] });
      expect(await verdict('redis role', { REDIS_URL: replica.url })).toBe('fail');
      await replica.stop();
    });

    test('nodes of a quorum that are one server, or away', async () => {
      const nodes = [redis.url, `${redis.url}/1`, `redis://127.0.0.1:${await freePort()}`];
      const findings = await look({ LOCK_PROVIDER: 'redlock', REDLOCK_URLS: nodes.join(',') });
      expect(verdictOf(findings, 'redlock node 2 independence')).toBe('fail');
      expect(verdictOf(findings, 'redlock node 3 connection')).toBe('fail');
    });
  });

  describe('of locks by consensus', () => {
    for (const { provider, variable, isMissing, start } of CONSENSUS_STORES) {
      (isMissing ? test.skip : test)(`too few servers of ${provider}, and one that is away`, async () => {
        const server = await start();
        const away = server.url.replace(String(server.port), String(await freePort()));
        const findings = await look({ LOCK_PROVIDER: provider, [variable]: `${server.url},${away}` });
        await server.stop();
        expect(verdictOf(findings, `${provider} servers`)).toBe('warn');
        expect(['ok', 'warn']).toContain(verdictOf(findings, `${provider} 1 connection`));
        expect(verdictOf(findings, `${provider} 2 connection`)).toBe('fail');
      });
    }

    test('an even number of servers', () => {
      expect([3, 4, 5].map((count) => checkLockServers('etcd', count)[0]?.verdict)).toEqual([
        'ok',
        'warn',
        'ok',
      ]);
    });
  });

  test('of clocks: a second is worth a word, and more than half a minute must be put right', () => {
    const clocks = (offsetMs: number) => checkClocks({ offsetMs, accuracyMs: 5 }, [])[0]?.verdict;
    expect([0, 900, -900, 1_100, -5_000, 31_000].map(clocks)).toEqual([
      'ok',
      'ok',
      'ok',
      'warn',
      'warn',
      'fail',
    ]);
  });

  describe('of the record', () => {
    const item = randomUUID();
    const sale = randomUUID();
    const order = randomUUID();

    test('a sale without stock, with more allotted than there is, that is paused', async () => {
      await sql(
        `INSERT INTO item (id, sku, name, price_amount, currency) VALUES ($1, 'PHONE', 'A phone', 1, 'EUR')`,
        [item],
      );
      await sql('INSERT INTO stock_level (item_id, on_hand) VALUES ($1, 0)', [item]);
      await sql(
        `INSERT INTO sale (id, name, starts_at, ends_at, reservation_ttl_seconds)
         VALUES ($1, 'Noon', now() + interval '1 hour', now() + interval '2 hours', 600)`,
        [sale],
      );
      await sql('INSERT INTO sale_item (sale_id, item_id, position, allotment) VALUES ($1, $2, 0, 50)', [
        sale,
        item,
      ]);
      const name = 'sale "Noon"';
      expect(await verdict(name)).toBe('fail');
      await sql('UPDATE stock_level SET on_hand = 20');
      expect(await verdict(name)).toBe('warn');
      await sql('UPDATE stock_level SET on_hand = 50');
      expect(await verdict(name)).toBe('ok');
      await sql('UPDATE sale SET paused = true');
      expect(await verdict(name)).toBe('warn');
    });

    test('a worker that does not run, and a shop that is not told', async () => {
      await sql(
        `INSERT INTO customer_order (id, sale_id, buyer_id, idempotency_key, request_hash, status, stock_state, total_amount,
                                     currency, created_at, expires_at, first_expires_at)
         VALUES ($1, $2, $1, 'a key', '', 'pending_payment', 'reserved', 1, 'EUR', now() - interval '3 days', now() - interval '1 minute', now())`,
        [order, sale],
      );
      await sql(
        `INSERT INTO outbox_event (type, item_id, available, occurred_at, due_at)
         VALUES ('stock.low', $1, 1, now() - interval '1 hour', now()), ('stock.low', $1, 1, now(), NULL)`,
        [item],
      );
      const findings = await look();
      expect(
        ['worker', 'outbox', 'dead letters', 'archive'].map((check) => verdictOf(findings, check)),
      ).toEqual(['fail', 'warn', 'warn', 'warn']);
    });
  });

  describe('as a command', () => {
    const run = async (args: string[], more: Record<string, string> = {}) => {
      const child = spawn(process.execPath, ['dist/apps/doctor/main.js', ...args], {
        env: { PATH: process.env.PATH, ...env, ...more },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => (output += data.toString()));
      const code = await new Promise((resolve) => child.once('close', resolve));
      return { code, output };
    };

    test('prints what to do, and exits with 1', async () => {
      const { code, output } = await run([], { NODE_ENV: 'test' });
      expect(code).toBe(1);
      expect(output).toMatch(/✗ FAIL {2}NODE_ENV +test\n +→ Set NODE_ENV=production/);
      expect(output).toMatch(/\d+ ok, \d+ to know of, \d+ to put right\.\n$/);
      for (const value of [GOOD.ADMIN_API_KEY, new URL(postgres.url).password])
        expect(output).not.toContain(value);
    });

    test('asks a process whether it is ready, and writes JSON', async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const { code, output } = await run(['--json', '--url', url]);
      const { findings } = JSON.parse(output) as { findings: Finding[] };
      expect([code, verdictOf(findings, url)]).toEqual([1, 'fail']);
    });

    test('names a setting that is wrong', async () => {
      const { code, output } = await run([], { LANE_CAPACITY: 'many' });
      expect([code, output]).toEqual([1, expect.stringContaining('LANE_CAPACITY expects')]);
    });

    test.each([
      [['--fix'], '--help lists the options'],
      [['--apis', 'many'], '--apis expects a whole number'],
      [['--url', 'shop.example'], '--url expects an address'],
    ])('names an option that is wrong: %p', (args, message) => {
      expect(() => parseOptions(args)).toThrow(message);
    });
  });
});

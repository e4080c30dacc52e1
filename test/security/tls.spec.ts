import { chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startPostgres, startService, type LocalPostgres, type LocalRedis } from '#local';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { ConfigurationError, createRedis, loadConfig, loadWorkerConfig, migrate } from '#platform';
import { examine } from '../../apps/doctor/examine.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { createAuthority, type Authority } from './certificates.js';
import { startEncryptedRedis, type EncryptedRedis } from './encrypted-redis.js';

/** From now on it takes encrypted connections alone. */
async function encrypt(postgres: LocalPostgres, cluster: string, { server }: Authority): Promise<void> {
  const { uid, gid } = statSync(cluster);
  for (const [file, name] of [
    [server.certificate, 'server.crt'],
    [server.key, 'server.key'],
  ] as const) {
    copyFileSync(file, path.join(cluster, name));
    chownSync(path.join(cluster, name), uid, gid); // it reads no key of somebody else
  }
  const rules = path.join(cluster, 'pg_hba.conf');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace(/^host /gm, 'hostssl '));
  await query(postgres.url, 'ALTER SYSTEM SET ssl = on');
  await query(postgres.url, 'SELECT pg_reload_conf()');
}

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('encrypted connections', () => {
  const folder = temporaryFolder('tls');
  let ours: Authority;
  let others: Authority;
  let postgres: LocalPostgres;
  let databases: { ours: string; others: string };
  let redis: EncryptedRedis;

  beforeAll(async () => {
    [ours, others] = [
      await createAuthority(folder.path, 'ours'),
      await createAuthority(folder.path, 'others'),
    ];
    const directory = path.join(folder.path, 'postgres');
    [postgres, redis] = await Promise.all([startPostgres({ directory }), startEncryptedRedis(ours)]);
    await encrypt(postgres, path.join(directory, 'cluster'), ours);
    const believing = ({ certificate }: Authority) =>
      `${postgres.url}?sslmode=verify-full&sslrootcert=${certificate}`;
    databases = { ours: believing(ours), others: believing(others) };
    await eventually(() => migrate(databases.ours));
  }, 60_000);

  afterAll(async () => {
    await redis.server.stop();
    await postgres.stop();
    folder.remove();
  });

  test('are all that API and worker have, to the record, the locks and their fallback', async () => {
    const env = { REDIS_URL: redis.url, REDIS_CA_FILE: ours.certificate };
    const shop = await Shop.openOn(databases.ours, { ...env, LOCK_FALLBACK: 'postgres' });
    const worker = await shop.startWorker(env);
    try {
      const { itemId, saleId } = await shop.offer(1);
      const buyer = await shop.buyer();
      expect((await buyer.order(saleId, [{ itemId, quantity: 1 }])).status).toBe(201);
      const { body } = await shop.request('GET', '/health/ready');
      expect(body).toMatchObject({ status: 'ok', details: { redis: { status: 'up' } } });
      const sessions = await query(
        databases.ours,
        `SELECT DISTINCT application_name AS name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
         WHERE application_name LIKE 'holdfast%' ORDER BY 1`,
      );
      expect(sessions).toEqual([
        { name: 'holdfast', ssl: true },
        { name: 'holdfast-lock', ssl: true },
      ]);
      expect(await portsOf(redis.server, 'holdfast')).toEqual([redis.port]);
    } finally {
      await worker.stop();
      await shop.close();
    }
  }, 60_000);

  test('lead to the nodes of a quorum too', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => startEncryptedRedis(ours)));
    const urls = nodes.map(({ url }) => url);
    const tls = { ca: readFileSync(ours.certificate) };
    const options = { urls, restartDelayMs: 0, nodeTimeoutMs: 3_000, keyPrefix: 'holdfast:' };
    const [believing, doubting] = [new RedlockProvider({ ...options, tls }), new RedlockProvider(options)];
    try {
      const request = {
        resources: ['a'],
        token: 'a',
        owner: 'a',
        leaseMs: 9_000,
        placeMs: 0,
        floors: [0],
        replicaAcks: 0,
      };
      await expect(believing.acquire(request)).resolves.toMatchObject({ granted: true });
      await expect(doubting.acquire(request)).rejects.toThrow(/certificate/);
    } finally {
      await Promise.all([believing.close(), doubting.close()]);
      await Promise.all(nodes.map(({ server }) => server.stop()));
    }
  }, 30_000);

  test('are not made to a PostgreSQL that somebody else vouches for', async () => {
    await expect(migrate(databases.others)).rejects.toThrow(/certificate/);
    const env = serviceEnvironment({ DATABASE_URL: databases.others });
    await expect(startService({ env })).rejects.toThrow(/certificate/);
  }, 60_000);

  test('are not made to a Redis that somebody else vouches for, which the log says', async () => {
    const lines: string[] = [];
    const env = { REDIS_URL: redis.url, REDIS_CA_FILE: others.certificate };
    const shop = await Shop.openOn(databases.ours, env, undefined, (line) => lines.push(line));
    try {
      const { body } = await shop.request('GET', '/health/ready');
      expect(body).toMatchObject({ status: 'degraded', details: { redis: { status: 'degraded' } } });
      const said = lines.filter((line) => line.includes('the lock store is not available'));
      expect(said).toEqual([expect.stringMatching(/certificate/)]);
    } finally {
      await shop.close();
    }
  }, 60_000);

  test('are what the doctor has too', async () => {
    const look = async (authority: Authority) => {
      const environment = { DATABASE_URL: databases.ours, REDIS_URL: redis.url };
      const config = loadConfig({ ...serviceEnvironment(environment), REDIS_CA_FILE: authority.certificate });
      const findings = await examine(config, { json: false, urls: [], apis: 1, workers: 1 });
      return findings.find(({ check }) => check === 'redis role')?.verdict;
    };
    expect(await look(ours)).toBe('ok');
    expect(await look(others)).toBeUndefined(); // it does not get so far
  }, 30_000);

  test('may be given up in the middle of their handshake', async () => {
    for (let n = 0; n < 60; n += 1) {
      const provider = new RedisLockProvider({ url: redis.url });
      const limiter = createRedis(
        { redisUrl: redis.url, redisKeyPrefix: 'holdfast:' },
        { commandTimeoutMs: 100 },
      );
      limiter.connect().catch(() => undefined);
      await sleep(n / 2);
      limiter.disconnect();
      await provider.close();
    }
    await sleep(200); // an error that nobody hears fails the test that runs then
  }, 30_000);

  test('are not believed to be there where REDIS_URL does not ask for them', () => {
    const env = {
      DATABASE_URL: databases.ours,
      REDIS_URL: redis.server.url,
      REDIS_CA_FILE: ours.certificate,
    };
    expect(() => loadWorkerConfig(env)).toThrow(
      new ConfigurationError(
        'REDIS_CA_FILE expects a REDIS_URL that begins with rediss://: this one is not encrypted.',
      ),
    );
  });

  test('are the only ones that the servers take', async () => {
    await expect(query(postgres.url, 'SELECT 1')).rejects.toMatchObject({ code: '28000' });
    const plain = new Redis(redis.port, '127.0.0.1', { retryStrategy: null, maxRetriesPerRequest: 0 });
    plain.on('error', () => undefined);
    await expect(plain.ping()).rejects.toThrow();
    plain.disconnect();
  });
});

/** Those of the server through which a user is connected. */
async function portsOf(server: LocalRedis, user: string): Promise<number[]> {
  const client = new Redis(server.url);
  const clients = String(await client.client('LIST')).split('\n');
  client.disconnect();
  const ports = clients
    .filter((line) => line.includes(` user=${user} `))
    .map((line) => Number(/ laddr=\S+:(\d+) /.exec(line)?.[1]));
  return [...new Set(ports)];
}

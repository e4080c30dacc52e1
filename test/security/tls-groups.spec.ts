import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { ensureRedisProgram, freePort, startProgram } from '#local';
import { RedisLockProvider, type RedisLockProviderOptions } from '#lock/redis';
import { createRedis } from '#platform';
import { temporaryFolder } from '../local/temporary-folder.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';
import { createAuthority, type Authority } from './certificates.js';
import { startEncryptedRedis, tlsSettings } from './encrypted-redis.js';

const REQUEST = {
  resources: ['inventory:item:1:deduct'],
  token: 'token',
  owner: 'a test',
  leaseMs: 9_000,
  placeMs: 0,
  floors: [0],
  replicaAcks: 0,
};

describe('encrypted connections to several servers', () => {
  const folder = temporaryFolder('tls-groups');
  const closers: (() => unknown)[] = [];
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority(folder.path, 'ours');
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(() => folder.remove());

  const start = async (args: readonly string[]) => {
    const redis = await startEncryptedRedis(authority, args);
    closers.push(() => redis.server.stop());
    return redis;
  };
  const provider = (options: RedisLockProviderOptions) => {
    const opened = new RedisLockProvider({ commandTimeoutMs: 3_000, ...options });
    closers.push(() => opened.close());
    return opened;
  };
  const withAndWithout = (options: RedisLockProviderOptions) => ({
    believing: provider({ ...options, tls: { ca: readFileSync(authority.certificate) } }),
    doubting: provider(options),
  });

  /** One Sentinel that watches over a primary, and says where its encrypted port is. */
  async function startSentinel(primary: { port: number }): Promise<string> {
    const [plain, encrypted] = [await freePort(), await freePort()];
    const file = path.join(folder.path, 'sentinel.conf');
    const lines = [
      ['port', String(plain)],
      ['bind', '127.0.0.1'],
      ['dir', folder.path],
      ...tlsSettings(authority, encrypted),
      ['tls-replication', 'yes'],
      ['sentinel', `monitor mymaster 127.0.0.1 ${primary.port} 1`],
    ];
    writeFileSync(file, lines.map((line) => line.join(' ')).join('\n') + '\n');
    const client = new Redis(plain, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => undefined); // it is only being started
    const sentinel = await startProgram({
      title: 'Redis Sentinel',
      directory: path.join(folder.path, 'sentinel'),
      command: [await ensureRedisProgram(), file, '--sentinel'],
      ready: () => Promise.resolve(client.status === 'ready'),
    });
    client.disconnect();
    closers.push(() => sentinel.stop());
    return `rediss://127.0.0.1:${encrypted}`;
  }

  test('lead to the Sentinels, and to the primary that they name', async () => {
    const primary = await start(['--tls-replication', 'yes']);
    const sentinels = [await startSentinel(primary)];
    const url = 'rediss://holdfast:holdfast@nowhere.invalid';
    const { believing, doubting } = withAndWithout({ url, sentinels, keyPrefix: 'holdfast:' });
    await expect(believing.acquire(REQUEST)).resolves.toMatchObject({ granted: true });
    await expect(doubting.acquire(REQUEST)).rejects.toThrow(/certificate|Sentinels? (is|are) unreachable/i);
  });

  /** One node that serves every slot. @returns the port of its encrypted connections */
  async function startCluster(): Promise<number> {
    const asNode = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--tls-cluster', 'yes'];
    const { server, port } = await start(asNode);
    const client = new Redis(server.url);
    await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await eventually(async () => expect(await client.cluster('INFO')).toContain('cluster_state:ok'));
    client.disconnect();
    return port;
  }

  test('lead to the nodes of a Cluster', async () => {
    const url = `rediss://127.0.0.1:${await startCluster()}`;
    const { believing, doubting } = withAndWithout({ url, cluster: [] });
    await expect(believing.acquire(REQUEST)).resolves.toMatchObject({ granted: true });
    await expect(doubting.acquire(REQUEST)).rejects.toThrow(/certificate/);
    const settings = { redisUrl: url, redisKeyPrefix: '', redisClusterUrls: [] };
    const limiter = createRedis(settings, { commandTimeoutMs: 3_000 });
    closers.push(() => limiter.disconnect());
    await expect(limiter.connect()).rejects.toThrow(/certificate/);
  });

  test('to a Cluster far away are given half the time of a command to be made', async () => {
    const proxy = await TcpProxy.start(await startCluster());
    closers.push(() => proxy.close());
    proxy.delayReplies(200); // once in the handshake, once for the login, once for the slots
    const url = `rediss://127.0.0.1:${proxy.port}`;
    const connected = withAndWithout({ url, cluster: [] }).believing;
    await expect(connected.acquire(REQUEST)).resolves.toMatchObject({ granted: true });
    proxy.dropReplies();
    const hanging = withAndWithout({ url, cluster: [] }).believing;
    await expect(hanging.acquire(REQUEST)).rejects.toThrow(/timeout/);
  });
});

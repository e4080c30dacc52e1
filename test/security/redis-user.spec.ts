import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { LockManager } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { redisKeyPrefixOf } from '../support/database.js';
import { eventually } from '../support/wait.js';
import { Life } from './life.js';

const RULES = readFileSync(new URL('../../deploy/redis/users.conf', import.meta.url), 'utf8');
const [USER = ''] = /^user holdfast .*$/m.exec(RULES) ?? [];
const ALLOWED = [...USER.matchAll(/ \+(\S+)/g)].map(([, command = '']) => command);
const KEY_PREFIX = 'holdfast:by-hand:';

describe('the user of the service in Redis', () => {
  let servers: LocalRedis[];
  let administrators: Redis[];
  let redis: LocalRedis;
  let user: Redis;

  beforeAll(async () => {
    servers = await Promise.all([1, 2, 3].map(() => startRedis()));
    administrators = servers.map(({ url }) => new Redis(url));
    [redis] = servers as [LocalRedis];
    user = new Redis(redis.serviceUrl, { disableClientInfo: true });
  });

  afterAll(async () => {
    user.disconnect();
    for (const client of administrators) client.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const anyOf = (servers: Promise<string[]>[]) => Promise.all(servers).then((lists) => lists.flat());
  const refused = () =>
    anyOf(
      administrators.map(async (client) =>
        ((await client.acl('LOG')) as string[][]).map((entry) => entry.join(' ')),
      ),
    );
  const called = () =>
    anyOf(
      administrators.map(async (client) =>
        [...(await client.info('commandstats')).matchAll(/^cmdstat_([^:]+):/gm)].map(([, name = '']) => name),
      ),
    );

  test.each<[string, ...string[]]>([
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['RANDOMKEY'],
    ['CONFIG', 'GET', '*'],
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['DEBUG', 'SLEEP', '0'],
    ['MONITOR'],
    ['SHUTDOWN', 'NOSAVE'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['ACL', 'SETUSER', 'holdfast', '+@all'],
    ['CLIENT', 'LIST'],
    ['FUNCTION', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['MIGRATE', '127.0.0.1', '1', 'holdfast:a', '0', '1'],
    ['RENAME', 'holdfast:a', 'holdfast:b'],
    ['GET', 'another:lock'],
    ['SET', 'another:lock', 'mine'],
    ['PUBLISH', 'another:channel', 'granted'],
    ['SUBSCRIBE', 'another:channel'],
    ['EVAL', "return redis.call('DEL', KEYS[1])", '1', 'another:lock'],
    ['EVAL', "return redis.call('DEL', 'another:lock')", '0'],
    ['EVAL', "return redis.call('FLUSHALL')", '0'],
  ])('may not: %s %s %s', async (command, ...args) => {
    await expect(user.call(command, ...args)).rejects.toThrow(
      /NOPERM|No permissions|can't (run|access)|not allowed/i,
    );
  });

  test('does all that the service and its worker do, and may do nothing that they do not', async () => {
    await Promise.all(administrators.map((client) => client.call('ACL', 'LOG', 'RESET')));
    await Promise.all(administrators.map((client) => client.config('RESETSTAT')));
    const life = await Life.begin({ REDIS_URL: redis.serviceUrl, RATE_LIMIT_BUYER: '1000/1m' });
    const counting = await Life.begin({ REDIS_URL: redis.serviceUrl, RESERVATION_STRATEGY: 'redis-first' });
    try {
      await life.run({ REDIS_URL: redis.serviceUrl });
      await counting.run({ REDIS_URL: redis.serviceUrl });
      await waitForEachOther(redisKeyPrefixOf(life.till.shop.databaseUrl));
      await life.till.shop.admin('GET', '/v1/admin/locks');
      await missANode();
      expect(await refused()).toEqual([]);
      const names = await called();
      expect(ALLOWED.filter((command) => !names.includes(command))).toEqual([]);
    } finally {
      await life.end();
      await counting.end();
    }
  }, 120_000);

  /** Two processes want one lock, so that one queues and is woken, and another gives up. */
  async function waitForEachOther(keyPrefix: string): Promise<void> {
    const options = { url: redis.serviceUrl, keyPrefix, commandTimeoutMs: 3_000 };
    const [one, other] = [1, 2].map(() => new LockManager(new RedisLockProvider(options)));
    const held = await one?.acquire('inventory:item:1:deduct', { leaseMs: 20_000, waitMs: 0 });
    const givenUp = other?.acquire('inventory:item:1:deduct', { leaseMs: 20_000, waitMs: 300 });
    await expect(givenUp).rejects.toThrow();
    const waiting = other?.acquire('inventory:item:1:deduct', { leaseMs: 20_000, waitMs: 20_000 });
    await sleep(200);
    await held?.release();
    await (await waiting)?.release();
    await eventually(async () => expect(await called()).toContain('unsubscribe')); // nobody waits any more
    await one?.close();
    await other?.close();
  }

  /** One of three nodes hangs, and is asked whether it is back. */
  async function missANode(): Promise<void> {
    const urls = servers.map(({ serviceUrl }) => serviceUrl);
    const nodeTimeoutMs = 500;
    const locks = new LockManager(
      new RedlockProvider({ urls, keyPrefix: KEY_PREFIX, restartDelayMs: 1, nodeTimeoutMs }),
    );
    const [node] = servers;
    try {
      await eventually(() => locks.using('a', { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve()));
      node?.pause();
      await locks.using('b', { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
      await sleep(2 * nodeTimeoutMs); // the others have answered long before it counts as silent
      node?.resume();
      await eventually(async () => expect(await called()).toContain('ping'));
    } finally {
      node?.resume();
      await locks.close();
    }
  }
});

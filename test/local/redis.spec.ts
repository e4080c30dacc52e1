import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { LocalError, startRedis, type LocalRedis, type RedisOptions } from '#local';
import { LauncherProcess } from './launcher-process.js';
import { runningOf } from './process-table.js';
import { temporaryFolder } from './temporary-folder.js';

jest.setTimeout(120_000);

const folder = temporaryFolder('redis');
const directory = path.join(folder.path, 'redis');
const started: LocalRedis[] = [];

afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
});
afterAll(() => folder.remove());

async function start(options: RedisOptions = {}): Promise<LocalRedis> {
  const redis = await startRedis(options);
  started.push(redis);
  return redis;
}

async function ask<Answer>(url: string, work: (client: Redis) => Promise<Answer>): Promise<Answer> {
  const client = new Redis(url);
  client.on('error', () => undefined); // the command under way reports it
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

test('it answers on a port of its own, on the loopback alone', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect(one.port).not.toBe(other.port);
  expect(await ask(one.url, (client) => client.ping())).toBe('PONG');
  expect(await ask(one.url, (client) => client.config('GET', 'bind'))).toEqual(['bind', '127.0.0.1']);
});

test('killed and started again it has its port back, and nothing else', async () => {
  const first = await start({ directory });
  await ask(first.url, (client) => client.set('key', 'value'));
  await first.kill();
  expect(runningOf([first.pid])).toEqual([]);
  const second = await start({ directory, port: first.port });
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, (client) => client.dbsize())).toBe(0);
  await second.stop();
  expect(readdirSync(directory)).toEqual(['redis.log']); // neither a dump nor the process number
});

test('a server that a killed launcher left is stopped first', async () => {
  const program = `import { startRedis } from '#local';
    const { pid } = await startRedis({ directory: process.env.DIRECTORY });
    console.log('server', pid);`;
  const launcher = LauncherProcess.script(program, { DIRECTORY: directory });
  const pid = Number((await launcher.says(/^server (\d+)$/))[1]);
  launcher.signal('SIGKILL');
  await launcher.exit;
  expect(runningOf([pid])).toEqual([pid]);
  await start({ directory });
  expect(runningOf([pid])).toEqual([]);
});

test('a paused one is stopped all the same', async () => {
  const redis = await start({ args: ['--maxmemory', '12mb'] });
  expect(await ask(redis.url, (client) => client.config('GET', 'maxmemory'))).toEqual([
    'maxmemory',
    '12582912',
  ]);
  redis.pause();
  await redis.stop();
  expect(runningOf([redis.pid])).toEqual([]);
});

test('a port that stays taken is an error with the last lines of its log', async () => {
  const { port } = await start();
  const failure = await start({ port }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LocalError);
  expect((failure as Error).message).toMatch(
    new RegExp(`did not start on port ${port}.*Address already in use`, 's'),
  );
});

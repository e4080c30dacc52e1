import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { LocalError, startPostgres, type LocalPostgres } from '#local';
import { LauncherProcess } from './launcher-process.js';
import { descendantsOf, runningOf } from './process-table.js';
import { temporaryFolder } from './temporary-folder.js';

jest.setTimeout(120_000);

const folder = temporaryFolder('postgres');
const directory = path.join(folder.path, 'postgres');
let postgres: LocalPostgres | undefined;

afterEach(async () => {
  await postgres?.stop();
});
afterAll(() => folder.remove());

async function start(
  options: { port?: number; settings?: Record<string, string> } = {},
): Promise<LocalPostgres> {
  postgres = await startPostgres({ directory, ...options });
  return postgres;
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a second start keeps the data, and may have the same port', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
  await first.stop();
  const second = await start({ port: first.port });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
});

test('it is durable whatever its starter sets, and listens on the loopback alone', async () => {
  const { url } = await start({ settings: { fsync: 'off', synchronous_commit: 'off', work_mem: '7MB' } });
  const names = [
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'work_mem',
    'listen_addresses',
    'unix_socket_directories',
  ];
  const [row] = await query(
    url,
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  );
  expect(row).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    work_mem: '7MB',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  });
});

test('nobody gets in without the password, which only its owner can read', async () => {
  const { url } = await start();
  const wrong = new URL(url);
  wrong.password = 'guessed';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  expect(statSync(path.join(directory, 'password')).mode & 0o077).toBe(0);
});

test.each(['stop', 'stopImmediately', 'kill'] as const)(
  '%s leaves no process, and what was committed',
  async (way) => {
    const server = await start();
    await query(server.url, `CREATE TABLE IF NOT EXISTS ends (way text); INSERT INTO ends VALUES ('${way}')`);
    const pids = [server.pid, ...descendantsOf(server.pid)];
    expect(pids.length).toBeGreaterThan(1);
    await server[way]();
    await waitUntilEnded(pids);
    const again = await start();
    expect(await query(again.url, `SELECT way FROM ends WHERE way = '${way}'`)).toEqual([{ way }]);
  },
);

test('a server that a killed launcher left is stopped first', async () => {
  const program = `import { startPostgres } from '#local';
    const { pid, url } = await startPostgres({ directory: process.env.DIRECTORY });
    console.log('server', pid, url);`;
  const launcher = LauncherProcess.script(program, { DIRECTORY: directory });
  const [, pid = '', url = ''] = await launcher.says(/^server (\d+) (\S+)$/);
  await query(url, 'CREATE TABLE left_over (n int)');
  launcher.signal('SIGKILL');
  await launcher.exit;
  expect(runningOf([Number(pid)])).toEqual([Number(pid)]);

  const next = await start();
  expect(runningOf([Number(pid)])).toEqual([]);
  expect(await query(next.url, 'SELECT n FROM left_over')).toEqual([]);
});

test('a stale postmaster.pid is no problem, though another program has its number by now', async () => {
  const server = await start();
  const file = path.join(directory, 'cluster', 'postmaster.pid');
  const contents = readFileSync(file, 'utf8');
  await server.kill();
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    stdio: 'ignore',
  });
  try {
    writeFileSync(file, contents.replace(/^\d+/, String(bystander.pid)));
    await start();
    expect(bystander.exitCode).toBeNull();
  } finally {
    bystander.kill();
    await once(bystander, 'exit');
  }
});

test('when it cannot start, the error has the last lines of its log', async () => {
  const failure = await start({ settings: { shared_buffers: 'a lot' } }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LocalError);
  expect((failure as Error).message).toMatch(
    /did not start in .*cluster.*\n.*FATAL.*"shared_buffers".*"a lot"/s,
  );
});

test('a start that is called off leaves no process', async () => {
  const calledOff = new AbortController();
  const starting = startPostgres({ directory, signal: calledOff.signal });
  calledOff.abort();
  await expect(starting).rejects.toThrow('called off');
  expect(descendantsOf(process.pid)).toEqual([]);
});

async function waitUntilEnded(pids: readonly number[]): Promise<void> {
  while (runningOf(pids).length > 0) await new Promise((resolve) => setTimeout(resolve, 20)); // the test has a limit
}

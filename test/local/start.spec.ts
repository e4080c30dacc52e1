import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { freePort } from '#local';
import { commandLineOf } from '../../local/processes.js';
import { LauncherProcess, ROOT } from './launcher-process.js';
import { descendantsOf, runningOf } from './process-table.js';
import { temporaryFolder } from './temporary-folder.js';

jest.setTimeout(180_000);

const folder = temporaryFolder('start');
const quick = { HOLDFAST_DATA_DIR: path.join(folder.path, 'data'), LOG_LEVEL: 'info' };
const launchers: LauncherProcess[] = [];

afterEach(async () => {
  for (const launcher of launchers.splice(0)) await launcher.stop();
});
afterAll(() => folder.remove());

function start(env: Record<string, string> = {}): LauncherProcess {
  const launcher = LauncherProcess.start({ ...quick, ...env });
  launchers.push(launcher);
  return launcher;
}

interface Sale {
  id: string;
  name: string;
  status: string;
  items: { itemId: string; name: string; imageUrl: string; available: number; purchaseLimit: number }[];
}

async function salesOf(url: string): Promise<Sale[]> {
  const response = await fetch(`${url}/v1/sales`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: Sale[] }).data;
}

function liveSale(sales: Sale[]): Sale {
  const sale = sales.find(({ status }) => status === 'live');
  if (!sale) throw new Error('No sale is live.');
  return sale;
}

function adminKeyOf(launcher: LauncherProcess): string | undefined {
  return /^ +Admin key +(\S+)/m.exec(launcher.output)?.[1];
}

describe('npm start', () => {
  test('is a shop with a sale, keeps it over a restart, and leaves nothing running', async () => {
    const first = start();
    const url = await first.url();
    const sales = await salesOf(url);
    expect(sales.map(({ status }) => status).sort()).toEqual(['live', 'scheduled']);
    const { id: saleId, items } = liveSale(sales);
    expect(items.map(({ available }) => available)).toEqual([100, 40, 25, 250, 12, 60]);
    for (const { imageUrl } of items) {
      const picture = await fetch(url + imageUrl);
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    }
    expect((await fetch(`${url}/`)).headers.get('content-type')).toMatch(/^text\/html/);

    const guest = (await (await fetch(`${url}/v1/auth/guest`, { method: 'POST' })).json()) as {
      token: string;
    };
    const headers = { authorization: `Bearer ${guest.token}`, 'content-type': 'application/json' };
    const order = await fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ saleId, lines: [{ itemId: items[0]?.itemId, quantity: 1 }] }),
    });
    expect(order.status).toBe(201);

    const pids = descendantsOf(first.pid);
    expect(pids.length).toBeGreaterThanOrEqual(4); // the service, the worker, Redis, PostgreSQL and its own
    expect(await first.stop()).toBe(0);
    expect(runningOf(pids)).toEqual([]);
    expect(first.lines.at(-1)).toBe('Stopped.');

    const second = start();
    const again = await second.url();
    expect(await salesOf(again)).toHaveLength(2);
    expect(second.output).not.toContain('Seeded');
    expect(adminKeyOf(second)).toBe(adminKeyOf(first));
    const { authorization } = headers; // the guest is known, since the secret is the same
    const orders = await fetch(`${again}/v1/orders`, { headers: { authorization } });
    expect(((await orders.json()) as { data: unknown[] }).data).toHaveLength(1);
    expect(liveSale(await salesOf(again)).items[0]?.available).toBe(99);
  });

  test('keeps its secrets to the user who runs it, and prints those alone that it made', async () => {
    const key = 'the-key-of-the-environment';
    const launcher = start({ ADMIN_API_KEY: key });
    const url = await launcher.url();
    expect(launcher.output).not.toContain(key);
    const admin = await fetch(`${url}/v1/admin/items`, { headers: { 'x-api-key': key } });
    expect(admin.status).toBe(200);
    expect(statSync(path.join(quick.HOLDFAST_DATA_DIR, 'secrets.json')).mode & 0o077).toBe(0);
  });

  test('runs once per folder: a second one says where the first one is', async () => {
    const first = start();
    const url = await first.url();
    const second = start();
    expect(await second.exit).toBe(1);
    expect(second.lines).toEqual([
      expect.stringMatching(`already runs from .* at ${url} \\(process ${first.pid}\\)`),
    ]);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  test('a launcher that was killed leaves nothing that stops the next one', async () => {
    const first = start();
    await first.url();
    const pids = descendantsOf(first.pid);
    first.signal('SIGKILL');
    await first.exit;
    const second = start();
    expect(await salesOf(await second.url())).toHaveLength(2);
    expect(runningOf(pids)).toEqual([]);
  });

  test('when the service ends by itself it says so, stops the rest and fails', async () => {
    const launcher = start();
    await launcher.url();
    const pids = descendantsOf(launcher.pid);
    process.kill(processOf(pids, 'apps/api'), 'SIGKILL');
    expect(await launcher.exit).toBe(1);
    expect(launcher.output).toContain('The service ended by itself (SIGKILL).');
    expect(runningOf(pids)).toEqual([]);
  });

  test('when the worker ends by itself, too', async () => {
    const launcher = start();
    await launcher.url();
    process.kill(processOf(descendantsOf(launcher.pid), 'apps/worker'), 'SIGKILL');
    expect(await launcher.exit).toBe(1);
    expect(launcher.output).toContain('The worker ended by itself (SIGKILL).');
  });

  test('Ctrl-C, pressed twice, stops everything in order', async () => {
    const launcher = start();
    await launcher.url();
    const pids = descendantsOf(launcher.pid);
    launcher.interruptGroup();
    await launcher.says(/^Stopping the service/);
    launcher.interruptGroup();
    expect(await launcher.exit).toBe(0);
    const steps = launcher.lines.filter((line) => /^(Stopping|Stopped)/.test(line));
    expect(steps).toEqual([
      'Stopping the service …',
      'Stopping the worker …',
      'Stopping Redis …',
      'Stopping PostgreSQL …',
      'Stopped.',
    ]);
    expect(runningOf(pids)).toEqual([]);
  });

  test.each(['Starting PostgreSQL', 'Migrating', 'Starting the service', 'Starting the worker'])(
    'SIGTERM while it is at "%s" leaves nothing either',
    async (step) => {
      const data = path.join(folder.path, `early-${step.replaceAll(' ', '-')}`);
      const launcher = start({ HOLDFAST_DATA_DIR: data });
      await launcher.says(new RegExp(step));
      const pids = descendantsOf(launcher.pid);
      expect(await launcher.stop()).toBe(0);
      expect(runningOf(pids)).toEqual([]);
      const left = readdirSync(data, { recursive: true, encoding: 'utf8' });
      expect(left.filter((file) => file.endsWith('.pid'))).toEqual([]);
    },
  );

  test('through npm, from another folder, it stops with SIGTERM as well', async () => {
    const launcher = LauncherProcess.run('npm', ['--prefix', ROOT, 'start'], quick, folder.path);
    launchers.push(launcher);
    expect(await salesOf(await launcher.url())).toHaveLength(2);
    const pids = descendantsOf(launcher.pid);
    await launcher.stop();
    expect(runningOf(pids)).toEqual([]);
    expect(launcher.lines).toContain('Stopped.');
  });
});

describe('npm start refuses in one line', () => {
  const refusals = (env: Record<string, string>) =>
    start({ HOLDFAST_DATA_DIR: path.join(folder.path, 'refused'), ...env });

  test('a port that was named and is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const launcher = refusals({ PORT: String(port) });
      expect(await launcher.exit).toBe(1);
      expect(launcher.lines).toEqual([expect.stringContaining(`Port ${port} is taken`)]);
    } finally {
      other.close();
    }
  });

  test('a setting that is wrong, before anything is started', async () => {
    const launcher = refusals({
      RESERVATION_STRATEGY: 'hope',
      HOLDFAST_DATA_DIR: path.join(folder.path, 'untouched'),
    });
    expect(await launcher.exit).toBe(1);
    expect(launcher.lines).toEqual([
      expect.stringMatching(/^RESERVATION_STRATEGY expects one of .*, not "hope"\.$/),
    ]);
    expect(readdirSync(folder.path)).not.toContain('untouched');
  });

  test('a database that does not answer, without its password', async () => {
    const url = `postgres://shop:secret-password@127.0.0.1:${await freePort()}/shop`;
    const launcher = refusals({ DATABASE_URL: url });
    expect(await launcher.exit).toBe(1);
    expect(launcher.output).toMatch(
      /^Could not migrate the database at 127\.0\.0\.1:\d+ \(DATABASE_URL\): .*ECONNREFUSED/m,
    );
    expect(launcher.output).not.toContain('secret-password');
    expect(launcher.output).not.toMatch(/^ +at /m);
  });

  test('an argument that it does not know', async () => {
    const launcher = LauncherProcess.run(process.execPath, ['scripts/run.mjs', 'start', '--prot=80'], quick);
    expect(await launcher.exit).toBe(1);
    expect(launcher.lines).toEqual(['"--prot=80" is not understood: see npm start -- --help.']);
  });
});

test('--help lists every setting', async () => {
  const launcher = LauncherProcess.run(process.execPath, ['scripts/run.mjs', 'start', '--help'], {});
  expect(await launcher.exit).toBe(0);
  const settings = readFileSync(path.join(ROOT, 'libs/platform/config/settings.ts'), 'utf8').matchAll(
    /'([A-Z][A-Z_]{3,})'/g,
  );
  const variables = [...settings].map(([, variable = '']) => variable);
  expect(variables).toContain('DATABASE_URL');
  for (const variable of [...variables, 'HOLDFAST_DATA_DIR'])
    expect(launcher.output).toContain(`  ${variable} `);
});

function processOf(pids: readonly number[], app: string): number {
  const pid = pids.find((candidate) => commandLineOf(candidate).includes(app));
  if (pid === undefined) throw new Error(`No process of ${app} runs.`);
  return pid;
}

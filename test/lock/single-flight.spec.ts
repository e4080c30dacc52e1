import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LockManager } from '#lock';
import { Lab, sleep, timed } from './lab.js';

const KEY = 'catalogue:item:read';
const BRIEF = { ttlMs: 60_000 };

interface Report {
  outcomes: string[];
  again: string;
}

describe('singleFlight on Redis', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  /** Processes of their own, which begin together. */
  async function ask(processes: number, ...settings: string[]): Promise<Report[]> {
    const script = fileURLToPath(new URL('single-flight-process.mjs', import.meta.url));
    const children = Array.from({ length: processes }, () => {
      const child = spawn(process.execPath, [script, lab.redis.url, lab.prefix, KEY, ...settings], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return { child, lines, ended: once(child, 'exit') };
    });
    try {
      for (const { lines } of children) expect((await lines.next()).value).toBe('ready');
      for (const { child } of children) child.stdin.write('go\n');
      const reports = await Promise.all(
        children.map(async ({ lines }) => String((await lines.next()).value)),
      );
      for (const { ended } of children) expect(await ended).toEqual([0, null]);
      return reports.map((report) => JSON.parse(report) as Report);
    } finally {
      for (const { child } of children) child.kill('SIGKILL');
    }
  }

  /** What the manager tells of values that others will load too, from now on. */
  function unshared(locks: LockManager): string[] {
    const told: string[] = [];
    locks.events.on('unshared', ({ resources }) => told.push(...resources));
    return told;
  }

  const loads = async () => Number(await lab.client.get(`${lab.prefix}loads`));

  it('[case 33] 500 callers in 4 processes: one load, whose value all of them get', async () => {
    const reports = await ask(4, '125');
    for (const report of reports) expect(report).toEqual({ outcomes: ['{"count":1}'], again: '{"count":1}' });
    expect(await loads()).toBe(1);
  }, 60_000);

  it('[case 33] a failure reaches all 500; the next call tries again', async () => {
    const reports = await ask(4, '125', 'fail');
    const [first, ...others] = reports.map(({ outcomes }) => outcomes).sort((a, b) => (a < b ? 1 : -1));
    expect(first).toEqual(['RangeError']);
    expect(others).toEqual([['LockLoadError'], ['LockLoadError'], ['LockLoadError']]);
    // Their second calls share flights, or begin new ones, as it happens: the first failure is nobody's answer any more.
    for (const { again } of reports) expect(['RangeError', 'LockLoadError']).toContain(again);
    expect(await loads()).toBeGreaterThanOrEqual(2);
    expect(await loads()).toBeLessThanOrEqual(5);
  }, 60_000);

  it('while Redis is away a process loads for itself, once for all who ask at the same time', async () => {
    const locks = lab.manager({ commandTimeoutMs: 200 });
    let calls = 0;
    const load = async () => {
      await sleep(50);
      return (calls += 1);
    };
    const told = unshared(locks);
    expect(await locks.singleFlight(KEY, BRIEF, load)).toBe(1);
    await lab.redis.kill();
    const asked = Promise.all(Array.from({ length: 20 }, () => locks.singleFlight(KEY, BRIEF, load)));
    const { tookMs } = await timed(asked);
    expect(new Set(await asked)).toEqual(new Set([2]));
    expect(tookMs).toBeLessThan(1_000);
    expect(told).toEqual([KEY]);
    await lab.restart();
  });

  it('a caller has its value though Redis goes away while it is loaded', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}`, commandTimeoutMs: 200 });
    const told = unshared(locks);
    const value = await locks.singleFlight(KEY, { ...BRIEF, leaseMs: 1_000 }, () => {
      proxy.cut();
      return Promise.resolve('loaded');
    });
    expect(value).toBe('loaded');
    expect(told).toEqual([KEY]);
  });
});

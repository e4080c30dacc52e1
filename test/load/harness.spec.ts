import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { attachedFromOutside, attachedTo, runHarness, type HarnessRun } from './harness.js';

const SMALL = ['--buyers', '60', '--stock', '10', '--connections', '60'];

describe('the load harness', () => {
  let shop: Shop;
  const runs: HarnessRun[] = [];
  const run = async (...args: string[]) => {
    const done = await runHarness(...args);
    runs.push(done);
    return done;
  };
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());
  afterEach(() => runs.splice(0).forEach((done) => done.remove()));

  it('sells 10 of 10 units to 60 concurrent buyers, proves it and writes it down', async () => {
    const { exitCode, folder, lastLine, result } = await run(...attachedTo(shop), ...SMALL, '--seed', '11');
    expect(lastLine).toBe('PASSED: 11 of 11 invariants hold.');
    expect(exitCode).toBe(0);
    const { counts, verdicts, timing, samples, seed } = result();
    expect(counts).toMatchObject({
      offered: 60,
      accepted: 10,
      refused: { sold_out: 50 },
      undecided: {},
      replayed: 10,
    });
    expect(verdicts.every(({ ok }) => ok === true)).toBe(true);
    expect(timing.soldOutMs).toBeGreaterThan(0);
    expect(samples.length).toBeGreaterThanOrEqual(2);
    expect(seed).toBe(11);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain(
      '10 of 10 sold, 50 refused, 11 of 11 invariants',
    );
    const journal = readFileSync(path.join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    expect(journal).toHaveLength(2 * (60 + 10)); // a line before each request and one after its answer
  });

  it('passes with carts, readers, limits and retries in one stream', async () => {
    const shape = [
      '--carts',
      '--items',
      '5',
      '--mix',
      '50',
      '--purchase-limit',
      '2',
      '--retries',
      '2',
      '--rate',
      '400',
    ];
    const { exitCode, result } = await run(...attachedTo(shop), ...SMALL, ...shape);
    expect(exitCode).toBe(0);
    const { counts } = result();
    expect(counts.offered).toBe(180); // each of 60 buyers tries one more than his limit of 2
    expect(counts).toMatchObject({ reads: 180, failedReads: 0 });
  });

  it('passes when there is nothing to sell', async () => {
    const { exitCode, result } = await run(...attachedTo(shop), '--buyers', '20', '--stock', '0');
    expect(exitCode).toBe(0);
    expect(result().counts).toMatchObject({ accepted: 0, refused: { sold_out: 20 } });
  });

  it('leaves open what it cannot see of a service whose database it is not given', async () => {
    const { exitCode, result, lastLine } = await run(...attachedFromOutside(shop), ...SMALL);
    expect(exitCode).toBe(0);
    expect(lastLine).toBe('PASSED: 9 of 11 invariants hold, 2 not checked.');
    const open = result().verdicts.filter(({ ok }) => ok === null);
    expect(open.map(({ name }) => name)).toEqual(['purchases agree', 'ledger agrees']);
  });

  it('repeats, with a seed for each run', async () => {
    const args = ['--buyers', '15', '--stock', '5', '--runs', '2', '--seed', '3'];
    const { exitCode, output, folder } = await run(...attachedTo(shop), ...args);
    expect(exitCode).toBe(0);
    expect(output).toContain('2 of 2 runs passed.');
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain('2 of 2 runs passed');
    expect(['run-1', 'run-2'].every((name) => existsSync(path.join(folder, name, 'result.json')))).toBe(true);
  });

  it('says in one line what is wrong with an option or a service, and exits with 1', async () => {
    const wrong = await run('--buyers', 'many');
    expect([wrong.exitCode, wrong.output]).toEqual([1, expect.stringMatching(/^--buyers expects.*\n$/)]);
    const refused = await run('--url', shop.service.url, '--admin-key', 'not the key', ...SMALL);
    expect(refused.exitCode).toBe(1);
    expect(refused.lastLine).toContain('answered 401');
  });
});

describe('the control', () => {
  it('catches an unguarded service overselling, and exits with 1 naming it', async () => {
    const shop = await Shop.open({ RESERVATION_STRATEGY: 'unguarded' });
    try {
      const done = await runHarness(...attachedTo(shop), ...SMALL);
      expect(done.exitCode).toBe(1);
      expect(done.output).toMatch(/^BROKEN: no oversell: .*oversold by \d+/m);
      expect(done.result().passed).toBe(false);
      done.remove();
    } finally {
      await shop.close();
    }
  });
});

describe('a service of its own', () => {
  it('is started for the run and gone after it', async () => {
    const done = await runHarness('--buyers', '20', '--stock', '5');
    expect(done.lastLine).toBe('PASSED: 11 of 11 invariants hold.');
    expect(done.exitCode).toBe(0);
    expect(done.result().versions).toMatchObject({
      postgres: expect.stringMatching(/^\d/),
      redis: expect.stringMatching(/^\d/),
    });
    expect(existsSync(path.join('.data', 'load', `servers-${process.pid}`))).toBe(false);
    done.remove();
  }, 120_000);

  it('is stopped with its servers when the harness is told to stop', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'load-'));
    const args = ['dist/load/main.js', '--buyers', '50', '--rate', '1', '--output', folder];
    const harness = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(createInterface({ input: harness.stdout }), 'line'); // it starts its servers
      const servers = path.join('.data', 'load', `servers-${String(harness.pid)}`);
      const postgres = await eventually(() =>
        readPid(path.join(servers, 'postgres', 'cluster', 'postmaster.pid')),
      );
      const begun = () => expect(existsSync(path.join(folder, 'journal.jsonl'))).toBe(true);
      await eventually(begun, { limitMs: 60_000 });
      harness.kill('SIGINT');
      expect(await once(harness, 'exit')).toEqual([130, null]);
      expect(existsSync(servers)).toBe(false);
      expect(() => process.kill(postgres, 0)).toThrow('ESRCH');
    } finally {
      harness.kill('SIGTERM');
      rmSync(folder, { recursive: true });
    }
  }, 120_000);

  it('is not started for a strategy that does not exist', async () => {
    const done = await runHarness('--strategy', 'hope');
    expect([done.exitCode, done.output]).toEqual([
      1,
      expect.stringMatching(/^--strategy expects one of .*\n$/),
    ]);
    done.remove();
  });
});

function readPid(file: string): number {
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!(pid > 1)) throw new Error(`${file} names no process.`);
  return pid;
}

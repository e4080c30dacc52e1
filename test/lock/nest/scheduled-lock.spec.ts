import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Injectable, Logger, SetMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { currentLock, LockLostError } from '#lock';
import { LockModule, ScheduledLock } from '#lock/nest';
import { Lab, sleep, timed, until } from '../lab.js';

const NAME = 'reservations:expired:sweep';
/** What @Interval of @nestjs/schedule does: it notes on the method, and looks there for it later. */
const Interval = (everyMs: number) => SetMetadata('interval', everyMs);

type Job = (run: number) => Promise<number>;

function sweeper(options: { atMostMs: number; atLeastMs?: number; withoutStore?: 'run' }) {
  @Injectable()
  class Sweeper {
    runs = 0;
    job: Job = (run) => Promise.resolve(run);

    @ScheduledLock({ name: NAME, ...options })
    @Interval(1_000)
    async sweep(): Promise<number | undefined> {
      this.runs += 1;
      return this.job(this.runs);
    }
  }
  return Sweeper;
}

describe('@ScheduledLock', () => {
  let lab: Lab;
  const modules: TestingModule[] = [];

  beforeAll(async () => {
    lab = await Lab.open();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    for (const module of modules.splice(0)) await module.close();
    await lab.cleanUp();
  });

  afterAll(async () => {
    await lab.close();
  });

  /** Replicas: each with a module, a manager and connections of its own. */
  async function replicas<T>(count: number, type: new () => T, commandTimeoutMs = 3_000): Promise<T[]> {
    const started: T[] = [];
    for (let replica = 0; replica < count; replica += 1) {
      const provider = lab.provider({ commandTimeoutMs });
      const imports = [LockModule.forRoot({ provider })];
      const module = await Test.createTestingModule({ imports, providers: [type] }).compile();
      modules.push(await module.init());
      started.push(module.get(type));
    }
    return started;
  }

  const remaining = () => lab.client.pttl(lab.lockKey(NAME));

  test('runs the job in one replica, and not at all in the others, which hear undefined', async () => {
    const all = await replicas(4, sweeper({ atMostMs: 5_000 }));
    for (const each of all) each.job = (run) => sleep(200).then(() => run);
    const values = await Promise.all(all.map((each) => each.sweep()));
    expect(values.filter((value) => value === 1)).toHaveLength(1);
    expect(values.filter((value) => value === undefined)).toHaveLength(3);
    expect(all.map(({ runs }) => runs).reduce((sum, runs) => sum + runs)).toBe(1);
    expect(await all[1]?.sweep()).toBeDefined(); // released: whoever comes next runs it
  });

  test('[case 32] runs once within atLeastMs, though the job is short and the timers of the replicas run apart', async () => {
    const atLeastMs = 400;
    const all = await replicas(3, sweeper({ atMostMs: 5_000, atLeastMs }));
    const startedAt: number[] = [];
    for (const each of all) each.job = (run) => (startedAt.push(performance.now()), Promise.resolve(run));
    const begun = performance.now();
    const timers = all.map((each, index) => setInterval(() => void each.sweep(), 37 + 11 * index));
    await sleep(2_200);
    for (const timer of timers) clearInterval(timer);
    const gaps = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(atLeastMs - 5);
    expect(startedAt.length).toBeGreaterThanOrEqual(3);
    expect(startedAt.length).toBeLessThanOrEqual(1 + (performance.now() - begun) / atLeastMs);
  });

  test('does not renew: after atMostMs another replica runs, and the job hears it', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const [slow, next] = await replicas(2, sweeper({ atMostMs: 300 }));
    if (!slow || !next) throw new Error('two replicas');
    let reason: unknown;
    slow.job = async (run) => {
      const signal = currentLock()?.signal;
      await until(() => signal?.aborted === true, { what: 'the signal aborts' });
      reason = signal?.reason;
      return run;
    };
    const { tookMs } = await timed(slow.sweep().then((value) => expect(value).toBe(1)));
    expect(tookMs).toBeGreaterThanOrEqual(250);
    expect(tookMs).toBeLessThan(1_000);
    expect(reason).toBeInstanceOf(LockLostError);
    expect(warned.mock.calls.flat()).toContainEqual(expect.stringContaining('a scheduled job has ended'));
    await until(async () => (await remaining()) < 0, { what: 'the key is gone' });
    expect(await next.sweep()).toBe(1);
  });

  describe('in processes of their own', () => {
    const children: ChildProcess[] = [];
    const runs: { child: number; at: number }[] = [];

    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      runs.length = 0;
    });

    function startProcess(...settings: (string | number)[]): ChildProcess {
      const script = fileURLToPath(new URL('sweeping-process.mjs', import.meta.url));
      const args = [script, lab.redis.url, lab.prefix, NAME, ...settings.map(String)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const index = children.push(child);
      child.stdout.on('data', (lines: Buffer) => {
        for (const [, at] of lines.toString().matchAll(/^run (.+)$/gm))
          runs.push({ child: index, at: Number(at) });
      });
      return child;
    }

    test('[case 32] runs once within atLeastMs, whatever their wall clocks say', async () => {
      const atLeastMs = 500;
      for (const [index, skewMs] of [-3_600_000, 0, 3_600_000].entries()) {
        startProcess(5_000, atLeastMs, 40 + 7 * index, skewMs);
      }
      await until(() => runs.length >= 6, { withinMs: 20_000, what: 'the job has run six times' });
      const times = runs.map(({ at }) => at).sort((one, other) => one - other);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(atLeastMs - 60); // a run begins a little after its grant
      expect(Math.max(...gaps)).toBeLessThan(3 * atLeastMs);
    });

    test('[case 32] after SIGKILL in the middle of the job it is free at atMostMs, and not before', async () => {
      const [survivor] = await replicas(1, sweeper({ atMostMs: 5_000 }));
      const crashing = startProcess(1_500, 0, 20, 0, 'hang');
      await until(() => runs.length === 1, { withinMs: 20_000, what: 'the first one runs it' });
      crashing.kill('SIGKILL');
      const leftMs = await remaining();
      const begun = performance.now();
      await until(async () => (await survivor?.sweep()) === 1, { what: 'the survivor runs it' });
      const tookMs = performance.now() - begun;
      expect(leftMs).toBeGreaterThan(500);
      expect(tookMs).toBeGreaterThan(leftMs - 50);
      expect(tookMs).toBeLessThan(leftMs + 500);
    });
  });

  test('throws the job’s own error, and keeps atLeastMs after it too', async () => {
    const [one] = await replicas(1, sweeper({ atMostMs: 5_000, atLeastMs: 300 }));
    if (!one) throw new Error('one replica');
    one.job = () => Promise.reject(new RangeError('nothing to sweep'));
    await expect(one.sweep()).rejects.toThrow(RangeError);
    expect(await remaining()).toBeGreaterThan(100);
    expect(await remaining()).toBeLessThanOrEqual(300);
    expect(await one.sweep()).toBeUndefined();
    await until(async () => (await remaining()) < 0, { what: 'the key is gone' });
    await expect(one.sweep()).rejects.toThrow(RangeError);
  });

  test('skips the run with a warning while the store is away, and goes on when it is back', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const [one] = await replicas(1, sweeper({ atMostMs: 1_000 }), 200);
    expect(await one?.sweep()).toBe(1);
    await lab.redis.kill();
    expect(await one?.sweep()).toBeUndefined();
    expect(one?.runs).toBe(1);
    expect(warned.mock.calls.flat()).toContainEqual(expect.stringContaining('the lock store is away'));
    await lab.restart();
    await until(async () => (await one?.sweep()) !== undefined, { what: 'it runs again' });
  });

  test('runs in each replica while the store is away, for a job that is right whoever does it', async () => {
    const all = await replicas(2, sweeper({ atMostMs: 1_000, withoutStore: 'run' }), 200);
    await lab.redis.kill();
    expect(await Promise.all(all.map((each) => each.sweep()))).toEqual([1, 1]);
    const [one] = all;
    if (!one) throw new Error('two replicas');
    one.job = () => Promise.reject(new RangeError('nothing to sweep'));
    await expect(one.sweep()).rejects.toThrow(RangeError);
    await lab.restart();
  });

  test('skips the run while the application stops: a timer may still fire', async () => {
    const [one] = await replicas(1, sweeper({ atMostMs: 1_000 }));
    await modules[0]?.close();
    expect(await one?.sweep()).toBeUndefined();
  });

  test('keeps the timer’s note on the method', () => {
    const method = Object.getOwnPropertyDescriptor(sweeper({ atMostMs: 1_000 }).prototype, 'sweep')
      ?.value as object;
    expect(Reflect.getMetadata('interval', method)).toBe(1_000);
  });

  test('asks the compiler for a method that may give undefined', () => {
    class Typed {
      // @ts-expect-error: a skipped run would give undefined
      @ScheduledLock({ name: NAME, atMostMs: 1_000 })
      count(): Promise<number> {
        return Promise.resolve(1);
      }

      @ScheduledLock({ name: NAME, atMostMs: 1_000 })
      async sweep(): Promise<void> {
        return Promise.resolve();
      }
    }
    expect(Object.getOwnPropertyNames(Typed.prototype)).toContain('sweep');
  });
});

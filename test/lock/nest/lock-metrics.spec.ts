import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { LockManager } from '#lock';
import { MemoryLockProvider } from '#lock/memory';
import { LockMetrics, type LockMetricsOptions } from '#lock/metrics';
import { LockModule, type LockModuleOptions } from '#lock/nest';
import { Lab, until } from '../lab.js';

const ITEM = 'inventory:item:0198e5c0-7d6f-7c3e-b1a2-1f4a5b6c7d8e:deduct';
const CLASS = 'class="inventory:item:deduct"';
const once = { leaseMs: 5_000, waitMs: 0 };

describe('LockMetrics in a LockModule', () => {
  let lab: Lab;
  let module: TestingModule | undefined;
  let registry: Registry;

  beforeAll(async () => {
    lab = await Lab.open();
  });

  beforeEach(() => {
    registry = new Registry();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await module?.close();
    await lab.cleanUp();
  });

  afterAll(async () => {
    await lab.close();
  });

  async function start(
    options: Partial<LockModuleOptions> = {},
    metricsOptions: Partial<LockMetricsOptions> = {},
  ): Promise<LockManager> {
    const metrics = new LockMetrics({ registry, ...metricsOptions });
    const provider = options.provider ?? lab.provider();
    const imports = [LockModule.forRoot({ ...options, provider, metrics })];
    module = await Test.createTestingModule({ imports }).compile();
    await module.init();
    return module.get(LockManager);
  }

  const says = async (line: string) => expect((await registry.metrics()).split('\n')).toContain(line);

  test('count attempts and their outcomes by class, and what is held and waits', async () => {
    const locks = await start();
    const lock = await locks.acquire(ITEM, once);
    await says(`holdfast_lock_held{${CLASS}} 1`);
    await expect(locks.acquire(ITEM, once)).rejects.toThrow();
    await expect(locks.acquire(ITEM, { ...once, waitMs: 60 })).rejects.toThrow();
    const waiting = locks.acquire(ITEM, { ...once, waitMs: 5_000, floor: lock.fence + 1 });
    await says(`holdfast_lock_waiting{${CLASS}} 1`);
    await lock.release();
    await (await waiting).release();
    for (const line of [
      `holdfast_lock_attempts_total{${CLASS}} 4`,
      `holdfast_lock_acquired_total{${CLASS}} 2`,
      `holdfast_lock_contended_total{${CLASS}} 1`,
      `holdfast_lock_timeout_total{${CLASS}} 1`,
      `holdfast_lock_stale_fence_total{${CLASS}} 1`,
      `holdfast_lock_held{${CLASS}} 0`,
      `holdfast_lock_waiting{${CLASS}} 0`,
      `holdfast_lock_wait_seconds_count{${CLASS}} 3`,
      `holdfast_lock_wait_seconds_bucket{le="1",${CLASS}} 3`,
      `holdfast_lock_hold_seconds_count{${CLASS}} 2`,
    ]) {
      await says(line);
    }
  });

  test('name no item, and count a call for several of a class once', async () => {
    const locks = await start();
    const names = ['a1', 'b2', 'c3'].map((id) => `inventory:item:${id}:deduct`);
    await (await locks.acquire([...names, 'inventory:stock:count'], once)).release();
    await says(`holdfast_lock_acquired_total{${CLASS}} 1`);
    await says('holdfast_lock_acquired_total{class="inventory:stock:count"} 1');
    const text = await registry.metrics();
    for (const id of ['a1', 'b2', 'c3']) expect(text).not.toContain(id);
  });

  test('take another prefix, and another idea of a class', async () => {
    const locks = await start({}, { prefix: 'shop_', classOf: (resource) => resource.split(':')[0] ?? '' });
    await (await locks.acquire(ITEM, once)).release();
    await says('shop_lock_acquired_total{class="inventory"} 1');
    expect(await registry.metrics()).not.toContain('holdfast_');
  });

  test('count what is lost, and what did not reach the store; a warning is logged of each kind, not of each lock', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const proxy = await lab.proxy();
    const locks = await start({
      provider: lab.provider({ url: `redis://127.0.0.1:${proxy.port}`, commandTimeoutMs: 100 }),
    });
    const names = ['a1', 'b2', 'c3'].map((id) => `inventory:item:${id}:deduct`);
    const held = await Promise.all(names.map((name) => locks.acquire(name, { leaseMs: 900, waitMs: 0 })));
    proxy.cut();
    await until(() => held.every(({ signal }) => signal.aborted), { what: 'the locks are lost' });
    await says(`holdfast_lock_lost_total{${CLASS}} 3`);
    await says(`holdfast_lock_held{${CLASS}} 0`);
    expect(await registry.metrics()).toMatch(
      /holdfast_lock_extend_failed_total\{class="inventory:item:deduct"\} [1-9]/,
    );
    await expect(locks.acquire(ITEM, once)).rejects.toThrow();
    await says(`holdfast_lock_unavailable_total{${CLASS}} 1`);
    const lines = warned.mock.calls.map((call) => call.find((part) => typeof part === 'string'));
    expect(lines.filter((line) => String(line).startsWith('a lock was lost'))).toHaveLength(1);
    expect(lines.filter((line) => String(line).startsWith('a lock was not renewed')).length).toBeGreaterThan(
      0,
    );
  });

  test('count a switch to the fallback, and log it', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const seen: string[] = [];
    const proxy = await lab.proxy();
    const locks = await start({
      provider: lab.provider({ url: `redis://127.0.0.1:${proxy.port}`, commandTimeoutMs: 100 }),
      fallback: {
        provider: new MemoryLockProvider(),
        maxLeaseMs: 300,
        pollMs: 50,
        onSwitch: ({ to }) => void seen.push(to),
      },
      breakerOpenMs: 20,
    });
    const brief = { leaseMs: 300, waitMs: 0 };
    await (await locks.acquire(ITEM, brief)).release();
    await says('holdfast_lock_fallback_total 0');
    proxy.cut();
    await until(
      () =>
        locks.acquire(ITEM, brief).then(
          (lock) => lock.release(),
          () => false,
        ),
      { what: 'the fallback grants' },
    );
    await says('holdfast_lock_fallback_total 1');
    expect(seen).toEqual(['draining', 'fallback']);
    expect(warned.mock.calls.flat()).toContainEqual(expect.objectContaining({ to: 'fallback' }));
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockUsageError, LockWaitTimeoutError } from './errors.js';
import { LockManager } from './lock-manager.js';
import { MemoryLockProvider } from './providers/memory/memory-lock-provider.js';
import { MemoryLockStore } from './providers/memory/memory-lock-store.js';
import { LockLoadError, type SingleFlightOptions } from './single-flight.js';

const KEY = 'catalogue:item:read';
const BRIEF = { ttlMs: 60_000 };

/** Counts its calls; each takes a moment. */
class Loader {
  calls = 0;
  answer: () => unknown = () => `value ${this.calls}`;

  readonly load = async (): Promise<unknown> => {
    this.calls += 1;
    await sleep(20);
    return this.answer();
  };
}

describe('singleFlight', () => {
  let store: MemoryLockStore;
  let loader: Loader;
  const managers: LockManager[] = [];

  beforeEach(() => {
    store = new MemoryLockStore();
    loader = new Loader();
  });

  afterEach(async () => {
    for (const manager of managers.splice(0)) await manager.close();
  });

  /** As another process would have one: nothing is shared but the store. */
  function process(): LockManager {
    const manager = new LockManager(new MemoryLockProvider({ store }));
    managers.push(manager);
    return manager;
  }

  const processes = (count: number) => Array.from({ length: count }, process);
  const ask = (locks: LockManager, options: SingleFlightOptions = BRIEF) =>
    locks.singleFlight(KEY, options, loader.load);

  it('[case 33] loads once for 500 callers in 5 processes, and not again while the value is fresh', async () => {
    const all = processes(5);
    const calls = Array.from({ length: 500 }, (_, index) => ask(all[index % 5] ?? process()));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['value 1']));
    expect(await ask(process())).toBe('value 1');
    expect(loader.calls).toBe(1);
  });

  it('[case 33] a failure reaches everybody who waited for it, as itself in its own process; the next call tries again', async () => {
    const failure = new RangeError('the catalogue is closed');
    loader.answer = () => Promise.reject(failure);
    const all = processes(5);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => ask(all[index % 5] ?? process())),
    );
    const reasons = outcomes.map(
      (outcome) => (outcome.status === 'rejected' ? outcome.reason : 'a value') as unknown,
    );
    expect(loader.calls).toBe(1);
    expect(reasons.filter((reason) => reason === failure)).toHaveLength(10);
    const elsewhere = reasons.filter((reason) => reason instanceof LockLoadError);
    expect(elsewhere).toHaveLength(40);
    expect(elsewhere[0]).toMatchObject({ loadErrorName: 'RangeError', resource: KEY });
    expect(elsewhere[0]?.message).toContain('the catalogue is closed');
    loader.answer = () => 'open again';
    expect(await Promise.all(all.map((each) => ask(each)))).toEqual(all.map(() => 'open again'));
    expect(loader.calls).toBe(2);
  });

  it('loads anew when the value is older than its ttl', async () => {
    const [one = process(), other = process()] = processes(2);
    expect(await ask(one, { ttlMs: 400 })).toBe('value 1');
    expect(await ask(other, { ttlMs: 400 })).toBe('value 1');
    await sleep(410);
    expect(await ask(other, { ttlMs: 400 })).toBe('value 2');
    expect(await ask(one, { ttlMs: 400 })).toBe('value 2');
  });

  it('serves the old value at once for staleMs, while one caller loads in the background', async () => {
    const options = { ttlMs: 400, staleMs: 60_000 };
    const all = processes(3);
    await Promise.all(all.map((each) => ask(each, options)));
    await sleep(410);
    let finish = (): void => undefined;
    loader.answer = () => new Promise((resolve) => (finish = () => resolve('value 2')));
    const old = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask(all[index % 3] ?? process(), options)),
    );
    expect(new Set(old)).toEqual(new Set(['value 1'])); // though the load has not ended
    await sleep(60);
    expect(loader.calls).toBe(2);
    finish();
    while ((await ask(process(), BRIEF)) !== 'value 2') await sleep(5);
    expect(loader.calls).toBe(2);
  });

  it('keeps the old value when the load in the background fails, and tells the manager', async () => {
    const options = { ttlMs: 40, staleMs: 60_000, negativeTtlMs: 60_000 };
    const [one = process()] = processes(1);
    const told: unknown[] = [];
    one.events.on('refreshFailed', ({ resources, error }) => told.push([resources, error]));
    await ask(one, options);
    await sleep(50);
    const failure = new RangeError('closed');
    loader.answer = () => Promise.reject(failure);
    expect(await ask(one, options)).toBe('value 1');
    await sleep(50);
    expect(told).toEqual([[[KEY], failure]]);
    expect(await ask(one, options)).toBe('value 1');
    await sleep(50);
    expect(loader.calls).toBe(2); // the failure lasts: nobody tries
  });

  it('does not serve a value for longer after its ttl than this caller wants', async () => {
    const [one = process()] = processes(1);
    await ask(one, { ttlMs: 20, staleMs: 60_000 });
    await sleep(60);
    expect(await ask(one, { ttlMs: 20, staleMs: 10 })).toBe('value 2');
    expect(await ask(one, { ttlMs: 60_000 })).toBe('value 2');
  });

  it('answers with a failure for negativeTtlMs, and then tries again', async () => {
    const options = { ...BRIEF, negativeTtlMs: 1_000 };
    const [one = process(), other = process()] = processes(2);
    loader.answer = () => Promise.reject(new RangeError('closed'));
    await expect(ask(one, options)).rejects.toThrow(RangeError);
    await expect(ask(one, options)).rejects.toThrow(LockLoadError);
    await expect(ask(other, options)).rejects.toThrow(/RangeError: closed/);
    expect(loader.calls).toBe(1);
    await sleep(1_010);
    loader.answer = () => 'open';
    expect(await ask(other, options)).toBe('open');
  });

  it('spreads the ttl by its jitter, downwards', async () => {
    const [one = process()] = processes(1);
    const left: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      const key = `catalogue:item:${index}:read`;
      await one.singleFlight(key, { ttlMs: 100_000, jitter: 0.5 }, () => Promise.resolve(1));
      left.push((await store.values.get(`${key}:value`))?.remainingMs ?? 0);
    }
    expect(Math.max(...left)).toBeLessThanOrEqual(100_000);
    expect(Math.min(...left)).toBeGreaterThan(49_000);
    expect(Math.max(...left) - Math.min(...left)).toBeGreaterThan(10_000);
  });

  it('gives everybody what the others read: JSON', async () => {
    const [one = process(), other = process()] = processes(2);
    loader.answer = () => ({ at: new Date(0), nothing: null, list: [1, undefined] });
    const json = { at: '1970-01-01T00:00:00.000Z', nothing: null, list: [1, null] };
    expect(await ask(one)).toEqual(json);
    expect(await ask(other)).toEqual(json);
    expect(await one.singleFlight('catalogue:none:read', BRIEF, () => Promise.resolve(null))).toBeNull();
    expect(await other.singleFlight('catalogue:none:read', BRIEF, loader.load)).toBeNull();
  });

  it.each([
    ['undefined', () => undefined, /no JSON/],
    ['a bigint', () => 1n, /no JSON/],
    ['a function', () => () => 1, /no JSON/],
    ['more than a megabyte', () => 'x'.repeat(1_048_576), /larger than 1048576 bytes/],
  ])('refuses %s as a value, in every process', async (_, answer, message) => {
    loader.answer = answer;
    const [one, other] = processes(2).map((each) => ask(each));
    await expect(one).rejects.toThrow(message);
    await expect(other).rejects.toThrow(message);
  });

  it.each([
    ['no key', '', BRIEF],
    ['a key without end', 'k'.repeat(513), BRIEF],
    ['no ttl', KEY, { ttlMs: 0 }],
    ['half a millisecond', KEY, { ttlMs: 0.5 }],
    ['a negative staleMs', KEY, { ...BRIEF, staleMs: -1 }],
    ['a negative negativeTtlMs', KEY, { ...BRIEF, negativeTtlMs: -1 }],
    ['a jitter above 1', KEY, { ...BRIEF, jitter: 1.1 }],
    ['an endless wait', KEY, { ...BRIEF, waitMs: Infinity }],
    ['no lease', KEY, { ...BRIEF, leaseMs: 0 }],
  ])('refuses %s', async (_, key, options) => {
    await expect(process().singleFlight(key, options, loader.load)).rejects.toThrow(LockUsageError);
    expect(loader.calls).toBe(0);
  });

  it('does not let anybody wait for longer than waitMs, here or elsewhere', async () => {
    const [one = process(), other = process()] = processes(2);
    let finish: (value: string) => void = () => undefined;
    const slow = one.singleFlight(KEY, BRIEF, () => new Promise<string>((resolve) => (finish = resolve)));
    await sleep(5);
    await expect(ask(one, { ...BRIEF, waitMs: 30 })).rejects.toThrow(LockWaitTimeoutError);
    await expect(ask(other, { ...BRIEF, waitMs: 30 })).rejects.toThrow(LockWaitTimeoutError);
    finish('late');
    expect(await slow).toBe('late');
    expect(await ask(other)).toBe('late');
    expect(loader.calls).toBe(0);
  });

  it('begins anew when the lock of a load that hangs was lost', async () => {
    const locks = new LockManager(new MemoryLockProvider({ store }), { maxHoldMs: 1 });
    managers.push(locks);
    let finish: (value: string) => void = () => undefined;
    let hanging: Promise<string> | undefined;
    const lost = new Promise((resolve) => {
      hanging = locks.singleFlight(KEY, { ...BRIEF, leaseMs: 40 }, (signal) => {
        signal.addEventListener('abort', () => resolve(signal.reason));
        return new Promise<string>((settle) => (finish = settle));
      });
    });
    expect(await lost).toMatchObject({ name: 'LockLostError' });
    expect(await ask(locks)).toBe('value 1');
    finish('from the one that hung');
    expect(await hanging).toBe('from the one that hung'); // its caller has it, the others keep the newer one
    expect(await ask(process())).toBe('value 1');
  });

  it('refuses a load that waits for itself', async () => {
    const locks = process();
    const load = (): Promise<unknown> => locks.singleFlight(KEY, BRIEF, load);
    await expect(locks.singleFlight(KEY, BRIEF, load)).rejects.toThrow(/would wait for itself/);
  });
});

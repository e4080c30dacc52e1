import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import { connected, RedlockLab, request, sleep } from './redlock-lab.js';

describe('what a quorum has', () => {
  let lab: RedlockLab;
  beforeAll(async () => {
    lab = await RedlockLab.open();
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  it('lists what a majority holds, with its owner and times', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(request('one', { resources: ['item:[1]'], leaseMs: 20_000 }));
    await provider.acquire(request('two', { resources: ['item:2', 'item:3'] }));
    for (const node of [0, 1]) {
      const key = `${lab.prefix}redlock:lock:minority`;
      await lab.client(node).set(key, 'token 0 owner', 'PX', 30_000);
    }
    await provider.values.set('a value is no lock', 'value', 5_000);
    await lab.heldEverywhere('item:[1]', 'one');
    await lab.heldEverywhere('item:3', 'two');
    const locks = [...(await provider.list(100))].sort((a, b) => a.resource.localeCompare(b.resource));
    expect(locks.map(({ resource, token }) => [resource, token])).toEqual([
      ['item:[1]', 'one'],
      ['item:2', 'two'],
      ['item:3', 'two'],
    ]);
    const [lock] = locks;
    expect(lock).toMatchObject({
      resources: ['item:[1]'],
      owner: 'some owner',
      fence: null,
      waiters: 0,
    });
    expect(Math.abs((lock?.acquiredAtMs ?? 0) - Date.now())).toBeLessThan(2_000);
    expect(Math.abs((lock?.expiresAtMs ?? 0) - Date.now() - 20_200)).toBeLessThan(2_000);
    expect(await provider.list(2)).toHaveLength(2);
  });

  it('lists the time of the grant, not of the last attempt', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(request('one'));
    await lab.heldEverywhere('item:1', 'one');
    await sleep(10);
    const acquiredAt = (await provider.list(1))[0]?.acquiredAtMs;
    await provider.acquire(request('one'));
    await provider.adopt(request('one'), request('two'));
    await lab.heldEverywhere('item:1', 'two');
    expect((await provider.list(1))[0]).toMatchObject({ token: 'two', acquiredAtMs: acquiredAt });
  });

  it('lists more locks than one page, each once', async () => {
    const provider = await connected(lab.provider({ nodeTimeoutMs: 10_000 }));
    for (let i = 0; i < 1_200; i += 1) {
      await provider.acquire(request(`token-${i}`, { resources: [`item:${i}`] }));
    }
    await sleep(50);
    const resources = (await provider.list(10_000)).map(({ resource }) => resource);
    expect(resources).toHaveLength(1_200);
    expect(new Set(resources).size).toBe(1_200);
  });

  it('shares values between processes until they end or are deleted', async () => {
    const [one, two] = [(await connected(lab.provider())).values, (await connected(lab.provider())).values];
    await one.set('key', 'a value', 300);
    expect(await two.get('key')).toMatchObject({ value: 'a value' });
    expect((await two.get('key'))?.remainingMs).toBeLessThanOrEqual(300);
    await sleep(310);
    expect(await two.get('key')).toBeUndefined();
    await two.set('key', 'another', 5_000);
    await one.delete('key');
    expect(await two.get('key')).toBeUndefined();
  });

  it('shows no value that a minority kept while it could not be reached', async () => {
    const { proxies, urls } = await lab.proxies();
    const { values } = await connected(lab.provider({ urls }));
    await values.set('key', 'old', 5_000);
    for (const proxy of proxies.slice(0, 2)) proxy.cut();
    await sleep(20);
    await values.set('key', 'new', 5_000);
    const reader = (await connected(lab.provider())).values;
    expect(await reader.get('key')).toMatchObject({ value: 'new' });
    await values.delete('key');
    expect(await reader.get('key')).toBeUndefined();
  });

  it('is "store away" without a majority', async () => {
    const { proxies, urls } = await lab.proxies();
    const provider = await connected(lab.provider({ urls }));
    for (const proxy of proxies.slice(0, 3)) proxy.cut();
    await sleep(20);
    await expect(provider.values.get('key')).rejects.toThrow(LockUnavailableError);
    await expect(provider.values.set('key', 'value', 1_000)).rejects.toThrow(LockUnavailableError);
    await expect(provider.list(1)).rejects.toThrow(LockUnavailableError);
  });
});

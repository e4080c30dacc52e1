import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { startEtcd } from '#local';
import { LockManager, LockUnavailableError, LockUsageError } from '#lock';
import { EtcdLockProvider } from '#lock/etcd';
import { ensureEtcdProgram } from '../../../local/etcd-program.js';
import { startedOrMissing } from '../conformance/servers.js';
import { sleep, until } from '../timing.js';
import { EtcdLab, granted, urlOf, withUser } from './etcd-lab.js';

const AWAY = 'http://127.0.0.1:1';
const PLACE_MS = 2_000;

const { store, missing } = await startedOrMissing(ensureEtcdProgram, () => EtcdLab.open());
const lab = store as EtcdLab;
const describeWithEtcd = missing === undefined ? describe : describe.skip;

afterEach(() => store?.cleanUp());
afterAll(() => store?.close());

describeWithEtcd('an acquisition from etcd', () => {
  test('takes all resources or none, and says which one is in the way', async () => {
    const provider = lab.provider();
    const other = lab.provider();
    await granted(provider, lab.request('b'));
    expect(await other.acquire(lab.request(['a', 'b', 'c']))).toMatchObject({
      granted: false,
      resource: 'b',
    });
    await granted(other, lab.request(['a', 'c']));
  });

  test('succeeds again for the same token, with the same fences and time of acquisition', async () => {
    const [provider, restarted] = [lab.provider(), lab.provider()];
    const request = lab.request(['a', 'b']);
    const first = await granted(provider, request);
    const [before] = await provider.list(1);
    await sleep(20);
    expect(await provider.acquire(request)).toEqual(first);
    expect(await restarted.acquire(request)).toEqual(first);
    const [after] = await provider.list(1);
    expect(after?.acquiredAtMs).toBe(before?.acquiredAtMs);
    expect(after?.expiresAtMs).toBeGreaterThan((before?.expiresAtMs ?? 0) + 15);
  });

  test('has a fence above the last one of another process, the floor, and the clock in microseconds', async () => {
    const [one, other] = [lab.provider(), lab.provider()];
    const floor = (Date.now() + 3_600_000) * 1_000; // of a process whose clock is an hour ahead
    const request = lab.request('a', { floors: [floor] });
    const [first = 0] = (await granted(one, request)).fences;
    expect(first).toBe(floor);
    await one.release(request);
    const [second = 0] = (await granted(other, lab.request('a'))).fences;
    expect(second).toBe(floor + 1);
    const [elsewhere = 0] = (await granted(other, lab.request('b'))).fences;
    expect(Math.abs(elsewhere / 1_000 - Date.now())).toBeLessThan(10_000);
  });

  test('takes what one transaction can, and refuses more before anything is sent', async () => {
    const provider = lab.provider();
    const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);
    const most = lab.request(names(31), { placeMs: PLACE_MS });
    await granted(provider, most);
    expect(await lab.provider().acquire(lab.request(names(31), { placeMs: PLACE_MS }))).toMatchObject({
      granted: false,
      resource: 'r0',
    });
    expect(await provider.release(most)).toBe(true);
    await expect(provider.acquire(lab.request(names(32)))).rejects.toThrow(LockUsageError);
    expect(() => provider.check(['a\0b'])).toThrow(LockUsageError);
  });

  test('of some asks for each by itself, however many', async () => {
    const locks = new LockManager(lab.provider());
    const names = Array.from({ length: 40 }, (_, index) => `item:${index}`);
    const { granted: all } = await locks.tryAcquireSome(names, { leaseMs: 5_000, waitMs: 0 });
    expect(all.size).toBe(40);
    await locks.close();
  });
});

describeWithEtcd('who waits in etcd', () => {
  test('is woken alone, in order', async () => {
    const holder = lab.provider();
    const held = lab.request('a');
    await granted(holder, held);
    const waiting = [lab.provider(), lab.provider(), lab.provider()].map((provider) => {
      const request = lab.request('a', { placeMs: PLACE_MS });
      return { provider, request, heard: lab.hear(provider, request) };
    });
    for (const { provider, request } of waiting)
      expect((await provider.acquire(request)).granted).toBe(false);
    await holder.release(held);
    const [first, second, third] = waiting;
    if (!first || !second || !third) throw new Error('three wait');
    await until(() => first.heard.length > 0, { what: 'the first is told' });
    await sleep(200);
    expect([first.heard, second.heard, third.heard]).toEqual([[{ look: true }], [], []]);
    expect((await second.provider.acquire(second.request)).granted).toBe(false);
    expect((await lab.provider().acquire(lab.request('a'))).granted).toBe(false); // it is the first one's turn
    await granted(first.provider, first.request);
  });

  test('for several goes before whoever came later for one of them', async () => {
    const [holder, both, later] = [lab.provider(), lab.provider(), lab.provider()];
    const held = lab.request('b');
    await granted(holder, held);
    const several = lab.request(['a', 'b'], { placeMs: PLACE_MS });
    expect((await both.acquire(several)).granted).toBe(false);
    expect((await later.acquire(lab.request('a'))).granted).toBe(false);
    await holder.release(held);
    await granted(both, several);
  });

  test('and gives up leaves nothing behind', async () => {
    const [holder, other] = [lab.provider(), lab.provider()];
    const held = lab.request('b');
    await granted(holder, held);
    const several = lab.request(['a', 'b'], { placeMs: PLACE_MS });
    await other.acquire(several);
    expect(await other.release(several)).toBe(false);
    await granted(holder, lab.request('a'));
  });
});

describeWithEtcd('a lease in etcd', () => {
  test('that was not renewed ends to the millisecond for who has seen it, to the second for who has not', async () => {
    const seen = lab.provider();
    const request = lab.request('a', { leaseMs: 600 });
    await granted(lab.provider(), request);
    const startedAt = performance.now();
    while (!(await seen.acquire(lab.request('a'))).granted) await sleep(10);
    expect(performance.now() - startedAt).toBeLessThan(1_900);

    await granted(lab.provider(), lab.request('b', { leaseMs: 1_000 }));
    await sleep(500);
    expect((await lab.provider().acquire(lab.request('b'))).granted).toBe(false);
    await sleep(700);
    expect((await lab.provider().acquire(lab.request('b'))).granted).toBe(true);
  });

  test('is one however often it is made longer and shorter', async () => {
    const [provider, other] = [lab.provider(), lab.provider()];
    const request = lab.request('a', { leaseMs: 1_000 });
    await granted(provider, request);
    for (const leaseMs of [30_000, 500, 20_000]) {
      expect(await provider.extend(request, leaseMs)).toEqual({ held: true, contended: false });
    }
    expect(await other.extend(request, 20_000)).toEqual({ held: true, contended: false });
    expect(await provider.extend(request, 20_000)).toEqual({ held: true, contended: false });
    expect(await other.release(request)).toBe(true);
    expect(await provider.extend(request, 20_000)).toEqual({ held: false, contended: false });
  });
});

describeWithEtcd('members of etcd', () => {
  test('are asked in turn until one answers', async () => {
    const provider = lab.provider({ urls: [AWAY, lab.server.url] });
    const request = lab.request('a');
    await granted(provider, request);
    expect(await provider.release(request)).toBe(true);
  });

  test('that are all away: unavailable, and nothing was sent', async () => {
    const provider = lab.provider({ urls: [AWAY] });
    const error: unknown = await provider.acquire(lab.request('a')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(error).toMatchObject({ outcome: 'none' });
  });

  test('must be named by http or https', () => {
    expect(() => new EtcdLockProvider({ urls: [] })).toThrow(LockUsageError);
    expect(() => new EtcdLockProvider({ urls: ['etcd://a'] })).toThrow(LockUsageError);
  });
});

describeWithEtcd('a user of etcd', () => {
  test('with a password takes locks below its prefix, also when its token is no longer known', async () => {
    const etcd = await startEtcd();
    try {
      const ask = await withUser(etcd.url, { name: 'shop', password: 'p@ss', prefix: 'shop/' });
      const provider = lab.provider({ urls: [urlOf(etcd.url, 'shop', 'p@ss')], keyPrefix: 'shop/' });
      const request = lab.request('a');
      const first = await granted(provider, request);
      await ask('/v3/auth/user/changepw', { name: 'shop', password: 'p@ss' }); // ends its tokens
      expect(await granted(provider, request)).toEqual(first);
      expect(await provider.release(request)).toBe(true);

      for (const url of [urlOf(etcd.url, 'shop', 'wrong'), etcd.url]) {
        const refused = lab.provider({ urls: [url], keyPrefix: 'shop/' }).acquire(lab.request('a'));
        await expect(refused).rejects.toThrow(LockUnavailableError);
      }
      const elsewhere = lab.provider({ urls: [urlOf(etcd.url, 'shop', 'p@ss')], keyPrefix: 'other/' });
      await expect(elsewhere.acquire(lab.request('a'))).rejects.toThrow(/permission denied/);
    } finally {
      await etcd.stop();
    }
  });
});

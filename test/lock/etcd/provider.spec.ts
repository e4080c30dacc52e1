import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { startEtcd, type LocalEtcd } from '#local';
import { LockUnavailableError, LockUsageError } from '#lock';
import { EtcdLockProvider, type EtcdLockProviderOptions } from '#lock/etcd';
import { ensureEtcdProgram } from '../../../local/etcd-program.js';
import { startedOrMissing } from '../conformance/servers.js';
import { testConsensusProvider } from '../consensus-provider.js';
import { granted, ProviderLab } from '../provider-lab.js';
import { sleep } from '../timing.js';
import { urlOf, withUser } from './etcd-user.js';

const PLACE_MS = 2_000;

const { store, missing } = await startedOrMissing(ensureEtcdProgram, startEtcd);
const server = store as LocalEtcd;
const describeWithEtcd = missing === undefined ? describe : describe.skip;

const lab = new ProviderLab<EtcdLockProviderOptions, EtcdLockProvider>(
  (space, options) =>
    new EtcdLockProvider({
      urls: [server.url],
      keyPrefix: `${space}/`,
      commandTimeoutMs: 5_000,
      ...options,
    }),
);

afterEach(() => lab.cleanUp());
afterAll(() => store?.stop());

describeWithEtcd('the etcd provider', () => {
  testConsensusProvider(lab, { url: () => server.url, away: 'http://127.0.0.1:1' });

  test('an acquisition takes what one transaction can, and refuses more before anything is sent', async () => {
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

  test('a lease that was not renewed ends to the millisecond for who has seen it, to the second for who has not', async () => {
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

  test('servers must be named by http or https', () => {
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

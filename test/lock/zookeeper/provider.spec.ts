import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { startZooKeeper, type LocalZooKeeper } from '#local';
import { LockUsageError } from '#lock';
import { ZooKeeperLockProvider, type ZooKeeperLockProviderOptions } from '#lock/zookeeper';
import { ensureZooKeeperProgram } from '../../../local/zookeeper-program.js';
import { ZooKeeperStore } from '../../../libs/lock/providers/zookeeper/store.js';
import { sweep } from '../../../libs/lock/providers/zookeeper/sweep.js';
import { createAuthority } from '../../security/certificates.js';
import { startedOrMissing } from '../conformance/servers.js';
import { testConsensusProvider } from '../consensus-provider.js';
import { granted, ProviderLab } from '../provider-lab.js';
import { sleep } from '../timing.js';

const { store, missing } = await startedOrMissing(ensureZooKeeperProgram, startZooKeeper);
const server = store as LocalZooKeeper;
const describeWithZooKeeper = missing === undefined ? describe : describe.skip;

const lab = new ProviderLab<ZooKeeperLockProviderOptions, ZooKeeperLockProvider>(
  (space, options) =>
    new ZooKeeperLockProvider({
      urls: [server.url],
      root: `/${space}/locks`,
      commandTimeoutMs: 5_000,
      ...options,
    }),
);

afterEach(() => lab.cleanUp());
afterAll(() => store?.stop());

describeWithZooKeeper('the ZooKeeper provider', () => {
  testConsensusProvider(lab, { url: () => server.url, away: 'zookeeper://127.0.0.1:1' });

  test('a lease that was not renewed ends to the millisecond, also for who sees it for the first time', async () => {
    await granted(lab.provider(), lab.request('a', { leaseMs: 600 }));
    const startedAt = performance.now();
    expect((await lab.provider().acquire(lab.request('a'))).granted).toBe(false);
    await sleep(650 - (performance.now() - startedAt));
    const late = lab.provider();
    await granted(late, lab.request('a'));
  });

  test('a lease that is over is neither extended nor released, though nobody has taken the lock', async () => {
    const [provider, other] = [lab.provider(), lab.provider()];
    const request = lab.request('a', { leaseMs: 100 });
    await granted(provider, request);
    await sleep(150);
    expect(await other.extend(request, 1_000)).toEqual({ held: false, contended: false });
    expect(await provider.extend(request, 1_000)).toEqual({ held: false, contended: false });
    expect(await provider.release(request)).toBe(false);
  });

  test('a resource may have any name of well-formed Unicode', async () => {
    const provider = lab.provider();
    const names = ['.', '..', '/', 'a/b', '%2F', 'ü\0', '😀', 'place:0000000001'];
    for (const name of names) await granted(provider, lab.request(name));
    const listed = (await provider.list(100)).map(({ resource }) => resource);
    expect(listed.sort()).toEqual([...names].sort());
    expect(() => provider.check(['\ud800'])).toThrow(LockUsageError);
  });

  test('a transaction takes many resources', async () => {
    const [provider, other] = [lab.provider(), lab.provider()];
    const request = lab.request(Array.from({ length: 100 }, (_, index) => `r${index}`));
    await granted(provider, request);
    expect(await other.acquire(lab.request(['r99']))).toMatchObject({ granted: false, resource: 'r99' });
    expect(await provider.release(request)).toBe(true);
  });

  test('a value is shared until its time is over, and then swept away', async () => {
    const [one, other] = [lab.provider(), lab.provider()];
    await one.values.set('a/b', 'first', 60_000);
    await one.values.set('a/b', 'second', 60_000);
    expect(await other.values.get('a/b')).toMatchObject({ value: 'second' });
    await one.values.set('short', 'soon gone', 50);
    await one.values.delete('never set');
    await granted(one, lab.request('kept for its fence'));
    await sleep(60);
    expect(await other.values.get('short')).toBeUndefined();
    const root = `/${lab.space}/locks`;
    const looking = new ZooKeeperStore({ urls: [server.url] }, root);
    const names = (parent: string) => looking.children(`${root}/${parent}`, performance.now() + 5_000);
    expect(await names('values')).toHaveLength(2);
    await sweep(looking);
    expect(await names('values')).toEqual(['a%2Fb']);
    expect(await names('locks')).toHaveLength(1);
    await looking.close();
  });

  test('a ZooKeeper that was set up anew is used as the old one was', async () => {
    const first = await startZooKeeper();
    const provider = lab.provider({ urls: [first.url] });
    const request = lab.request('a');
    await granted(provider, request);
    await first.stop();
    const second = await startZooKeeper({ port: first.port });
    try {
      expect(await provider.extend(request, 1_000)).toEqual({ held: false, contended: false });
      await granted(provider, request);
    } finally {
      await second.stop();
    }
  });

  test('what a user makes is that user’s own', async () => {
    const as = (user: string) => server.url.replace('//', `//${user}@`);
    const shop = lab.provider({ urls: [as('shop:p%40ss')] });
    const request = lab.request('a');
    await granted(shop, request);
    for (const url of [server.url, as('shop:wrong')]) {
      const other = lab.provider({ urls: [url] });
      await expect(other.acquire(lab.request('a'))).rejects.toThrow(/permission denied/);
    }
    const again = lab.provider({ urls: [as('shop:p%40ss')] });
    expect(await again.release(request)).toBe(true);
  });

  test('zookeepers:// is TLS, and believes the authority that it is given', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-zookeeper-'));
    const authority = await createAuthority(folder, 'zookeeper');
    const [key, cert] = [authority.server.key, authority.server.certificate].map((file) =>
      readFileSync(file),
    );
    const encrypted = tls.createServer({ key, cert }, (socket) => {
      const plain = net.connect(server.port, '127.0.0.1');
      socket.pipe(plain).pipe(socket);
      for (const one of [socket, plain]) one.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => encrypted.listen(0, '127.0.0.1', resolve));
    const { port } = encrypted.address() as AddressInfo;
    const urls = [`zookeepers://127.0.0.1:${port}`];
    try {
      const ca = readFileSync(authority.certificate);
      await granted(lab.provider({ urls, tls: { ca } }), lab.request('a'));
      const stranger = lab.provider({ urls, commandTimeoutMs: 500 });
      await expect(stranger.acquire(lab.request('b'))).rejects.toThrow(/certificate/);
    } finally {
      await lab.cleanUp();
      await new Promise((resolve) => encrypted.close(resolve));
      rmSync(folder, { recursive: true });
    }
  });

  test('servers must be named by zookeeper or zookeepers, and the root be a path', () => {
    const urls = ['zookeeper://a'];
    for (const options of [
      { urls: [] },
      { urls: ['http://a'] },
      { urls: ['a:2181'] },
      { urls, root: '' },
      { urls, root: '/' },
      { urls, root: 'locks' },
      { urls, root: '/a/../b' },
      { urls, root: '/a b' },
    ]) {
      expect(() => new ZooKeeperLockProvider(options)).toThrow(LockUsageError);
    }
  });
});

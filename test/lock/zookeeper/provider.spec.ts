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
import { lockStateOf } from '../../../libs/lock/providers/zookeeper/records.js';
import { ZooKeeperStore } from '../../../libs/lock/providers/zookeeper/store.js';
import { sweep } from '../../../libs/lock/providers/zookeeper/sweep.js';
import { createAuthority } from '../../security/certificates.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startedOrMissing } from '../conformance/servers.js';
import { testConsensusProvider } from '../consensus-provider.js';
import { granted, ProviderLab } from '../provider-lab.js';
import { sleep, until } from '../timing.js';

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

const soon = (): number => performance.now() + 5_000;
const storeOf = (space: string) => new ZooKeeperStore({ urls: [server.url] }, { root: `/${space}/locks` });

/** Sees everything as if a day and an hour had gone by. */
function aDayLater(store: ZooKeeperStore): ZooKeeperStore {
  const ageMs = store.clock.ageMs.bind(store.clock);
  store.clock.ageMs = async (...of) => (await ageMs(...of)) + 25 * 3_600_000;
  return store;
}

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
    const looking = storeOf(lab.space);
    const names = (parent: string) => looking.children(`${looking.paths.root}/${parent}`, soon());
    expect(await names('values')).toHaveLength(2);
    await sweep(looking);
    expect(await names('values')).toEqual(['a%2Fb']);
    expect(await names('locks')).toHaveLength(1);
    await looking.close();
  });

  test('a lock that was swept away and made again is not taken for the one that it was', async () => {
    const [remembers, other, sweeper] = [lab.provider(), lab.provider(), aDayLater(storeOf(lab.space))];
    const first = lab.request('a');
    await granted(remembers, first);
    await remembers.release(first);
    await sweep(sweeper);
    expect(await sweeper.children(sweeper.paths.locks, soon())).toEqual([]);
    const second = lab.request('a');
    await granted(other, second);
    expect((await other.extend(second, 10_000)).held).toBe(true); // as often written as the one before
    expect((await remembers.acquire(lab.request('a'))).granted).toBe(false);
    expect((await other.extend(second, 10_000)).held).toBe(true);
    await sweeper.close();
  });

  test('two that sweep at once do not remove what was made between', async () => {
    const [provider, late] = [lab.provider(), aDayLater(storeOf(lab.space))];
    const old = lab.request('a', { leaseMs: 1 });
    await granted(provider, old);
    const generation = await late.generation(soon());
    const seen = await late.read(late.paths.lock('a'), { decode: lockStateOf, deadline: soon() });
    if (!seen) throw new Error('it is there');
    const early = aDayLater(storeOf(lab.space));
    await sweep(early);
    const held = lab.request('a');
    await granted(lab.provider(), held);
    await expect(late.remove([seen], generation, soon())).rejects.toThrow(/changed/);
    expect((await lab.provider().acquire(lab.request('a'))).granted).toBe(false);
    await early.close();
    await late.close();
  });

  test('a ZooKeeper that was set up anew is used as the old one was, and nothing is taken from whom it serves', async () => {
    const first = await startZooKeeper();
    const provider = lab.provider({ urls: [first.url] });
    const request = lab.request('a');
    await granted(provider, request);
    await first.stop();
    const second = await startZooKeeper({ port: first.port });
    try {
      const successor = lab.request('a');
      const other = lab.provider({ urls: [second.url] });
      await granted(other, successor);
      expect(await provider.extend(request, 1_000)).toEqual({ held: false, contended: false });
      expect((await other.extend(successor, 1_000)).held).toBe(true);
      await other.release(successor);
      await granted(provider, request);
    } finally {
      await second.stop();
    }
  });

  test('what others have left in its nodes holds nobody up', async () => {
    const [provider, store] = [lab.provider(), storeOf(lab.space)];
    const held = lab.request('a');
    await granted(provider, held);
    const { paths } = store;
    const junk = ['not json', 'null', '', '{"fence":"x","held":{"token":1}}'];
    for (const [index, data] of junk.entries()) {
      await store.commit([{ create: paths.lock(`junk ${index}`), data }], soon());
    }
    await store.commit([{ create: `${paths.locks}/%zz`, data: '' }], soon());
    await store.commit([{ create: `${paths.lock('junk 0')}/%zz:0000000007`, data: 'not json' }], soon());
    for (const index of junk.keys()) await granted(provider, lab.request(`junk ${index}`));
    expect(await provider.list(100)).toHaveLength(1 + junk.length);
    await store.close();
  });

  test('what ZooKeeper cannot take is refused before anything is sent', async () => {
    const provider = lab.provider();
    const request = { ...lab.request('a'), token: '\ud800' };
    await expect(provider.acquire(request)).rejects.toThrow(LockUsageError);
    const many = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(365, 'x'));
    expect(() => provider.check(many)).toThrow(LockUsageError);
    expect(() => provider.check(many.slice(0, 100))).not.toThrow();
  });

  test('what is no ZooKeeper is told like one that is away', async () => {
    for (const bytes of ['00000004 00000000', '00000000', 'fffffffc', '7fffffff', '000000040000000000']) {
      const strange = net.createServer((socket) => {
        socket.on('error', () => undefined).resume();
        socket.write(Buffer.from(bytes.replace(' ', ''), 'hex'));
      });
      await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
      const { port } = strange.address() as AddressInfo;
      const provider = lab.provider({ urls: [`zookeeper://127.0.0.1:${port}`], commandTimeoutMs: 300 });
      await expect(provider.acquire(lab.request('a'))).rejects.toThrow(/not connected in time/);
      await provider.close();
      await new Promise((resolve) => strange.close(resolve));
    }
  });

  test('who handed a lock over hears of it also behind a connection that was cut', async () => {
    const proxy = await TcpProxy.start(server.port);
    const sender = lab.provider({ urls: [proxy.through(server.url)] });
    const request = lab.request('a');
    await granted(sender, request);
    const heard = lab.hear(sender, request, { atOnce: true });
    await sleep(100);
    proxy.cut();
    proxy.restore();
    const successor = lab.request('a');
    expect(await lab.provider().adopt(request, successor)).toMatchObject({ granted: true });
    await until(() => heard.length > 0, { what: 'the sender hears of it' });
    expect(heard).toEqual([{ adopted: true }]);
    await lab.cleanUp();
    await proxy.close();
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

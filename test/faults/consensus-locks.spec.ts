import { afterAll, describe, expect, test } from '@jest/globals';
import {
  etcdLeaderOf,
  startEtcdCluster,
  startService,
  startZooKeeperEnsemble,
  zooKeeperLeaderOf,
  type LocalService,
  type PortProgram,
} from '#local';
import { ensureEtcdProgram } from '../../local/etcd-program.js';
import { ensureZooKeeperProgram } from '../../local/zookeeper-program.js';
import { startedOrMissing } from '../lock/conformance/servers.js';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';
import { isLocking } from './locking.js';

const GOES_ON_MS = 4_000;
/** A new leader is elected, and the breaker asks it again. */
const LOCKS_AGAIN_MS = 30_000;

interface Member extends PortProgram {
  readonly url: string;
}

interface Store {
  readonly members: readonly Member[];
  readonly leader: () => Promise<Member>;
}

async function etcd(): Promise<Store> {
  const members = await startEtcdCluster(3);
  return { members, leader: () => etcdLeaderOf(members) };
}

async function zookeeper(): Promise<Store> {
  const members = await startZooKeeperEnsemble(3);
  return { members, leader: () => zooKeeperLeaderOf(members) };
}

const STORES = [
  { name: 'etcd', variable: 'ETCD_URLS', find: ensureEtcdProgram, start: etcd },
  { name: 'zookeeper', variable: 'ZOOKEEPER_URLS', find: ensureZooKeeperProgram, start: zookeeper },
];
const installed: typeof STORES = [];
for (const store of STORES) {
  const { missing } = await startedOrMissing(store.find, () => Promise.resolve());
  if (missing === undefined) installed.push(store);
}
const describeInstalled = installed.length > 0 ? describe : describe.skip;

describeInstalled('fault: locks by consensus', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  test.each(installed)(
    'the leader of $name killed',
    async ({ name, variable, start }) => {
      const store = await start();
      closers.push(() => Promise.all(store.members.map((member) => member.stop())));
      const urls = store.members.map(({ url }) => url).join(',');
      const env = { ...LOAD_ENV, LOCK_PROVIDER: name, [variable]: urls };
      const shop = await Shop.open(env);
      closers.push(() => shop.close());
      const settings = serviceEnvironment({ ...env, DATABASE_URL: shop.databaseUrl });
      const other: LocalService = await startService({ env: settings });
      closers.push(() => other.stop());
      const replicas = [other, shop.service];

      const load = await Load.start(shop, { replicas });
      const locks = () =>
        eventually(async () => expect(await isLocking(load, replicas)).toBe(true), {
          limitMs: LOCKS_AGAIN_MS,
        });
      await locks();
      await (await store.leader()).kill();
      await locks();
      const { withoutServiceMs } = await load.end();
      expect(withoutServiceMs).toBeLessThan(GOES_ON_MS);
    },
    180_000,
  );
});

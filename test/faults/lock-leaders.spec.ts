import { afterEach, describe, expect, test } from '@jest/globals';
import {
  etcdLeaderOf,
  startEtcdCluster,
  startService,
  startZooKeeperEnsemble,
  zooKeeperLeaderOf,
  type LocalProgram,
} from '#local';
import { ensureEtcdProgram } from '../../local/etcd-program.js';
import { ensureRedisProgram } from '../../local/redis-program.js';
import { ensureZooKeeperProgram } from '../../local/zookeeper-program.js';
import { startedOrMissing } from '../lock/conformance/servers.js';
import { startRedisCluster, startSentinels } from '../support/redis-groups.js';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';
import { isLocking } from './locking.js';

const GOES_ON_MS = 4_000;
/** A new leader is elected, and the breaker asks it again. */
const LOCKS_AGAIN_MS = 30_000;

interface LockServers {
  readonly env: Readonly<Record<string, string>>;
  readonly killPrimary: () => Promise<void>;
  readonly stop: () => Promise<unknown>;
}

function membersOf<Member extends LocalProgram & { url: string }>(
  members: readonly Member[],
  {
    provider,
    variable,
    leaderOf,
  }: {
    provider: string;
    variable: string;
    leaderOf: (members: readonly Member[]) => Promise<Member>;
  },
): LockServers {
  return {
    env: { LOCK_PROVIDER: provider, [variable]: members.map(({ url }) => url).join() },
    killPrimary: async () => (await leaderOf(members)).kill(),
    stop: () => Promise.all(members.map((member) => member.stop())),
  };
}

const STORES = [
  { name: 'Redis with Sentinels', find: ensureRedisProgram, start: startSentinels },
  { name: 'a Redis Cluster', find: ensureRedisProgram, start: startRedisCluster },
  {
    name: 'etcd',
    find: ensureEtcdProgram,
    start: async () =>
      membersOf(await startEtcdCluster(3), {
        provider: 'etcd',
        variable: 'ETCD_URLS',
        leaderOf: etcdLeaderOf,
      }),
  },
  {
    name: 'ZooKeeper',
    find: ensureZooKeeperProgram,
    start: async () =>
      membersOf(await startZooKeeperEnsemble(3), {
        provider: 'zookeeper',
        variable: 'ZOOKEEPER_URLS',
        leaderOf: zooKeeperLeaderOf,
      }),
  },
];
const missing = new Set<string>();
for (const { name, find } of STORES) {
  if ((await startedOrMissing(find, () => Promise.resolve())).missing !== undefined) missing.add(name);
}

describe('fault: the leader of the locks', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  for (const { name, start } of STORES) {
    (missing.has(name) ? test.skip : test)(
      `${name}: the leader killed`,
      async () => {
        const servers: LockServers = await start();
        closers.push(() => servers.stop());
        const env = { ...LOAD_ENV, ...servers.env };
        const shop = await Shop.open(env);
        closers.push(() => shop.close());
        const settings = serviceEnvironment({ ...env, DATABASE_URL: shop.databaseUrl });
        const other = await startService({ env: settings });
        closers.push(() => other.stop());
        const replicas = [other, shop.service];

        const load = await Load.start(shop, { replicas });
        const locks = () =>
          eventually(async () => expect(await isLocking(load, replicas)).toBe(true), {
            limitMs: LOCKS_AGAIN_MS,
          });
        await locks();
        await servers.killPrimary();
        await locks();
        const { withoutServiceMs } = await load.end();
        expect(withoutServiceMs).toBeLessThan(GOES_ON_MS);
      },
      180_000,
    );
  }
});

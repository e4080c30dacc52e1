import { afterEach, describe, expect, test } from '@jest/globals';
import { startService } from '#local';
import { CONSENSUS_STORES, type ConsensusStore } from '../support/consensus-stores.js';
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
  readonly stop: () => Promise<void>;
}

/** Three servers of the lock provider. */
async function byConsensus(provider: string): Promise<LockServers> {
  const { variable, startThree } = storeOf(provider);
  const { urls, killLeader: killPrimary, stop } = await startThree();
  return { env: { LOCK_PROVIDER: provider, [variable]: urls.join() }, killPrimary, stop };
}

function storeOf(provider: string): ConsensusStore {
  const store = CONSENSUS_STORES.find((each) => each.provider === provider);
  if (!store) throw new Error(`there is no ${provider}`);
  return store;
}

describe('fault: the leader of the locks killed', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const stores: [title: string, start: () => Promise<LockServers>, isMissing: boolean][] = [
    ['Redis with Sentinels', startSentinels, false],
    ['a Redis Cluster', startRedisCluster, false],
    ['etcd', () => byConsensus('etcd'), storeOf('etcd').isMissing],
    ['ZooKeeper', () => byConsensus('zookeeper'), storeOf('zookeeper').isMissing],
  ];

  for (const [title, start, isMissing] of stores) {
    (isMissing ? test.skip : test)(
      title,
      async () => {
        const servers = await start();
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

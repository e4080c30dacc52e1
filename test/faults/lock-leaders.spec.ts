import { afterEach, describe, expect, test } from '@jest/globals';
import { startService } from '#local';
import { CONSENSUS_STORES } from '../support/consensus-stores.js';
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

const STORES = [
  { name: 'Redis with Sentinels', isMissing: false, start: startSentinels },
  { name: 'a Redis Cluster', isMissing: false, start: startRedisCluster },
  ...CONSENSUS_STORES.map(({ provider, variable, isMissing, startThree }) => ({
    name: provider,
    isMissing,
    start: async (): Promise<LockServers> => {
      const { urls, killLeader: killPrimary, stop } = await startThree();
      return { env: { LOCK_PROVIDER: provider, [variable]: urls.join() }, killPrimary, stop };
    },
  })),
];

describe('fault: the leader of the locks', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  for (const { name, isMissing, start } of STORES) {
    (isMissing ? test.skip : test)(
      `${name}: the leader killed`,
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

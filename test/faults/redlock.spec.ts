import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, startService, type LocalRedis, type LocalService } from '#local';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';
import { isLocking } from './locking.js';

const NODES = 5;
const GOES_ON_MS = 4_000;
/** Nodes that have just started vote after ten seconds. */
const VOTES_WITHIN_MS = 30_000;

/** In this order: what one test has taken down stays down. */
describe('fault: Redlock', () => {
  let nodes: LocalRedis[];
  let replicas: LocalService[];
  let shop: Shop;

  beforeAll(async () => {
    nodes = await Promise.all(Array.from({ length: NODES }, () => startRedis()));
    const urls = nodes.map(({ serviceUrl }) => serviceUrl).join(',');
    const env = { ...LOAD_ENV, LOCK_PROVIDER: 'redlock', REDLOCK_URLS: urls };
    shop = await Shop.open(env);
    const settings = serviceEnvironment({ ...env, DATABASE_URL: shop.databaseUrl });
    replicas = [await startService({ env: settings }), shop.service];
  }, 180_000);

  afterAll(async () => {
    await replicas[0]?.stop();
    await shop.close();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  async function survives(fault: (load: Load) => Promise<void>): Promise<void> {
    const load = await Load.start(shop, { replicas });
    await eventually(async () => expect(await isLocking(load, replicas)).toBe(true), {
      limitMs: VOTES_WITHIN_MS,
    });
    await fault(load);
    const { withoutServiceMs } = await load.end();
    expect(withoutServiceMs).toBeLessThan(GOES_ON_MS);
  }

  test('one of five nodes hangs', async () => {
    await survives(async (load) => {
      nodes[0]?.pause();
      await eventually(async () => expect(await isLocking(load, replicas)).toBe(true));
      await sleep(2_500);
      nodes[0]?.resume();
    });
  }, 180_000);

  test('one comes back empty', async () => {
    await survives(async (load) => {
      const [first] = nodes;
      await first?.kill();
      nodes[0] = await startRedis({ port: first?.port ?? 0 });
      await eventually(async () => expect(await isLocking(load, replicas)).toBe(true));
    });
  }, 180_000);

  test('two of five nodes down', async () => {
    await survives(async (load) => {
      await Promise.all(nodes.slice(0, 2).map((node) => node.kill()));
      await eventually(async () => expect(await isLocking(load, replicas)).toBe(true));
    });
  }, 180_000);

  test('three of five nodes down', async () => {
    await survives(async (load) => {
      await Promise.all(nodes.slice(0, 3).map((node) => node.kill()));
      await eventually(async () => expect(await isLocking(load, replicas)).toBe(false));
      await load.sells(100);
    });
  }, 180_000);
});

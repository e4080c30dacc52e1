import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '#local';
import { LockManager, type LockProvider } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import type { ChainState } from '../../../libs/lock/fallback/degradation.js';
import { FallbackLockProvider } from '../../../libs/lock/fallback/fallback-lock-provider.js';
import { MemoryLockProvider } from '../../../libs/lock/providers/memory/memory-lock-provider.js';
import { MemoryLockStore } from '../../../libs/lock/providers/memory/memory-lock-store.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { Lab, sleep, timed, until } from '../lab.js';
import { PostgresLab } from '../postgres/postgres-lab.js';
import { Holder, HoldingRecord } from './holder.js';
import { seeded } from './model-link.js';

const TERMS = { maxLeaseMs: 600, pollMs: 60 };
const DRAIN_MS = 1.01 * (TERMS.maxLeaseMs + 2 * TERMS.pollMs);
const COMMAND_TIMEOUT_MS = 150;
const CHAOS_MS = Number(process.env['CHAIN_CHAOS_MS'] ?? 10_000);
const BACK_MS = 10_000;

interface Process {
  readonly chain: FallbackLockProvider;
  readonly proxy: TcpProxy;
  readonly states: ChainState[];
}

describe.each(['memory', 'postgres'] as const)('the chain redis→%s on real servers', (kind) => {
  let lab: Lab;
  let postgres: PostgresLab | undefined;
  let memory: MemoryLockStore;

  beforeAll(async () => {
    lab = await Lab.open();
    if (kind === 'postgres') postgres = await PostgresLab.open();
  }, 120_000);
  afterEach(async () => {
    await lab.cleanUp();
    await postgres?.cleanUp();
  });
  afterAll(async () => {
    await lab.close();
    await postgres?.close();
  }, 60_000);

  /** Each has connections of its own, and its own way to Redis. */
  async function open(count: number, terms = TERMS): Promise<Process[]> {
    memory = new MemoryLockStore();
    const processes: Process[] = [];
    for (let index = 0; index < count; index += 1) {
      const proxy = await lab.proxy();
      const primary = new RedisLockProvider({
        url: `redis://127.0.0.1:${proxy.port}`,
        keyPrefix: lab.prefix,
        commandTimeoutMs: COMMAND_TIMEOUT_MS,
      });
      const fallback: LockProvider = postgres?.provider() ?? new MemoryLockProvider({ store: memory });
      const states: ChainState[] = [];
      const chain = new FallbackLockProvider({
        primary,
        fallback,
        ...terms,
        onSwitch: ({ to }) => states.push(to),
      });
      processes.push({ chain: lab.closeLater(chain), proxy, states });
    }
    return processes;
  }

  async function back(processes: readonly Process[]): Promise<void> {
    const request = {
      resources: ['stock:back'],
      owner: 'test',
      leaseMs: 1,
      floors: [0],
      placeMs: 0,
      replicaAcks: 0,
    };
    for (const { chain } of processes) {
      await until(
        async () => {
          // A process that nothing uses does not look at the marker.
          await chain.acquire({ ...request, token: String(Math.random()) }).catch(() => undefined);
          return chain.state === 'primary';
        },
        { withinMs: BACK_MS, what: 'the process went back to its primary' },
      );
    }
  }

  /** A store that a busy machine keeps from answering in time is no store to rely on: the caller tries again, as here. */
  async function answered<T>(call: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + BACK_MS;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof LockUnavailableError) || performance.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }

  it('[case 34] fails within its budget, drains, grants at the fallback, and goes back', async () => {
    const [one] = await open(1);
    if (!one) throw new Error('unreachable');
    const locks = lab.closeLater(new LockManager(one.chain, { breakerOpenMs: 50 }));
    const fences: number[] = [];
    const use = async (): Promise<void> => {
      const lock = await locks.acquire('stock:a', { leaseMs: 300, waitMs: 2_000 });
      fences.push(lock.fence);
      await lock.release();
    };
    await answered(use);
    const held = await answered(() => locks.acquire('stock:held', { leaseMs: TERMS.maxLeaseMs, waitMs: 0 }));
    const renewedAt = performance.now();
    await lab.redis.kill();
    const first = await timed(use());
    expect(first.error).toBeInstanceOf(LockUnavailableError);
    expect(first.tookMs).toBeLessThan(6 * COMMAND_TIMEOUT_MS);
    await until(() => one.states.includes('draining'), { what: 'it degrades' });
    const refused = await timed(use());
    expect(refused.error).toBeInstanceOf(LockUnavailableError);
    expect(refused.tookMs).toBeLessThan(1_000);
    let lostAt = 0;
    held.signal.addEventListener('abort', () => (lostAt = performance.now()));
    let taken: Awaited<ReturnType<typeof locks.tryAcquire>> = null;
    await until(
      async () => {
        taken = await locks.tryAcquire('stock:held', { leaseMs: 300 }).catch(() => null);
        return taken !== null;
      },
      { what: 'the fallback grants' },
    );
    expect(lostAt).toBeGreaterThan(renewedAt); // its holder knew before anybody else was granted it
    expect(performance.now() - renewedAt).toBeGreaterThan(DRAIN_MS);
    await answered(use);
    lab.redis = await startRedis({ port: lab.redis.port });
    await until(() => one.states.includes('returning'), { withinMs: BACK_MS, what: 'the primary answers' });
    await answered(use);
    await back([one]);
    await answered(use);
    expect(one.states).toEqual(['draining', 'fallback', 'returning', 'primary']);
    expect(fences).toHaveLength(4);
    expect(fences).toEqual([...new Set(fences)].sort((left, right) => left - right));
  });

  it('passes on no promise of a store, as it does not keep the order of its commands', async () => {
    const [one] = await open(1);
    if (!one) throw new Error('unreachable');
    const request = { resources: ['stock:a'], owner: 'test', leaseMs: 500, floors: [0], replicaAcks: 0 };
    const holder = { ...request, placeMs: 0, token: 'holder' };
    expect(await answered(() => one.chain.acquire(holder))).toMatchObject({ granted: true });
    const refusal = await answered(() => one.chain.acquire({ ...request, placeMs: 500, token: 'next' }));
    expect(Object.keys(refusal).sort()).toEqual(['granted', 'remainingMs', 'resource']);
    expect(await one.chain.release(holder)).toBe(true);
  });

  it('[case 34] excludes a process that alone is cut from Redis from the others, both ways', async () => {
    const [cut, whole] = await open(2);
    if (!cut || !whole) throw new Error('unreachable');
    const request = { owner: 'test', leaseMs: TERMS.maxLeaseMs, floors: [0], placeMs: 0, replicaAcks: 0 };
    const ofWhole = { ...request, resources: ['stock:a'], token: 'of-whole' };
    expect(await answered(() => whole.chain.acquire(ofWhole))).toMatchObject({ granted: true });
    cut.proxy.cut();
    let granted: unknown;
    const deadline = performance.now() + 3 * DRAIN_MS;
    while (performance.now() < deadline && !granted) {
      expect(await whole.chain.extend(ofWhole, request.leaseMs)).toMatchObject({ held: true });
      const answer = await cut.chain
        .acquire({ ...request, resources: ['stock:a'], token: 'of-cut' })
        .catch(() => undefined);
      if (answer?.granted) granted = answer;
      await sleep(50);
    }
    expect(granted).toBeUndefined();
    expect(cut.chain.state).toBe('fallback');
    expect(whole.chain.state).toBe('returning');
    expect(await whole.chain.release(ofWhole)).toBe(true);
    const ofCut = { ...request, resources: ['stock:a'], token: 'of-cut' };
    expect(await answered(() => cut.chain.acquire(ofCut))).toMatchObject({ granted: true });
    const again = { ...ofWhole, token: 'again' };
    expect(await answered(() => whole.chain.acquire(again))).toMatchObject({ granted: false });
    cut.proxy.restore();
    await back([cut, whole]);
  });

  it('[case 34] [case 20] never has two holders while Redis dies, hangs and is cut off from some', async () => {
    const seed = Number(process.env['CHAIN_FIRST_SEED'] ?? Math.floor(Math.random() * 1e9));
    const random = seeded(seed);
    const processes = await open(3);
    const record = new HoldingRecord();
    const holders = processes.flatMap(({ chain }, index) =>
      [0, 1].map(
        (number) =>
          new Holder({
            name: `process-${index}-${number}`,
            provider: () => chain,
            record,
            random,
            resources: ['stock:a', 'stock:b'],
            leaseMs: TERMS.maxLeaseMs,
          }),
      ),
    );
    const running = Promise.all(holders.map((holder) => holder.run()));
    const end = performance.now() + CHAOS_MS;
    while (performance.now() < end) {
      await sleep(100 + random() * 900);
      const one = processes[Math.floor(random() * processes.length)];
      const dice = random();
      if (dice < 0.35) one?.proxy.cut();
      else if (dice < 0.45) for (const { proxy } of processes) proxy.cut();
      else if (dice < 0.6) {
        lab.redis.pause();
        await sleep(random() * 2 * DRAIN_MS);
        lab.redis.resume();
      } else if (dice < 0.7) {
        // It comes back empty: earlier than its leases end, no store that forgets could be relied on.
        await lab.redis.kill();
        await sleep(TERMS.maxLeaseMs + random() * DRAIN_MS);
        lab.redis = await startRedis({ port: lab.redis.port });
      } else for (const { proxy } of processes) proxy.restore();
    }
    for (const { proxy } of processes) proxy.restore();
    for (const holder of holders) holder.stop();
    await running;
    const { overlaps, grants } = record;
    expect({ seed, overlaps }).toEqual({ seed, overlaps: [] });
    expect(grants).toBeGreaterThan(CHAOS_MS / 1_000);
    for (const state of ['draining', 'fallback', 'returning'] as const) {
      expect({ seed, states: processes.flatMap(({ states }) => states) }).toEqual({
        seed,
        states: expect.arrayContaining([state]),
      });
    }
    await back(processes); // whether one was back meanwhile is up to the dice
  }, 60_000);

  if (kind === 'postgres') {
    it('[case 34] a crash of the fallback store does not hide that it is in use', async () => {
      const terms = { maxLeaseMs: 5_000, pollMs: 100 }; // the leases outlast the restart
      const [cut, whole] = await open(2, terms);
      if (!cut || !whole) throw new Error('unreachable');
      const request = { owner: 'test', leaseMs: 5_000, floors: [0], placeMs: 0, replicaAcks: 0 };
      const held = { ...request, resources: ['stock:a'], token: 'held' };
      cut.proxy.cut();
      await until(async () => (await cut.chain.acquire(held).catch(() => undefined))?.granted === true, {
        withinMs: 15_000,
        what: 'the fallback grants',
      });
      await cut.chain.close(); // it renews nothing any more; its lease goes on
      await postgres?.crash();
      const other = { ...request, resources: ['stock:a'], token: 'other' };
      let answer: unknown;
      await until(
        async () => (answer = await whole.chain.acquire(other).catch(() => undefined)) !== undefined,
        { withinMs: 15_000, what: 'the other process is answered' },
      );
      expect(answer).toMatchObject({ granted: false });
      expect(whole.states).toEqual(['returning']);
    }, 60_000);
  }
});

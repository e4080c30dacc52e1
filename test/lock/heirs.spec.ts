import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LockManager, type ClaimEvent, type Lock } from '#lock';
import { InterceptedProvider } from '../../libs/lock/conformance/intercepted-provider.js';
import { Lab, sleep, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';
const OPTIONS = { leaseMs: 5_000, waitMs: 5_000 };

describe('the next of the same process', () => {
  let lab: Lab;
  let provider: InterceptedProvider;
  let locks: LockManager;
  beforeAll(async () => (lab = await Lab.open()));
  beforeEach(() => {
    provider = new InterceptedProvider(lab.provider());
    locks = lab.closeLater(new LockManager(provider));
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  /** Holds the lock, with one that waits behind it in the store's queue. */
  const holdAndQueue = async (): Promise<{ lock: Lock; next: Promise<Lock> }> => {
    const lock = await locks.acquire(RESOURCE, OPTIONS);
    const next = locks.acquire(RESOURCE, OPTIONS);
    await until(async () => (await locks.list())[0]?.waiters === 1, { what: 'the next one waits' });
    await sleep(20);
    return { lock, next };
  };
  const delayReleases = (delayMs: number): void => {
    provider.onRelease = async (claim) => {
      const reply = await provider.real.release(claim);
      await sleep(delayMs);
      return reply;
    };
  };

  it('begins when the release is on its way, and does not wait for its reply', async () => {
    const { lock, next } = await holdAndQueue();
    delayReleases(1_000);
    const releasing = lock.release();
    const startedAt = performance.now();
    const inherited = await next;
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(inherited.fence).toBeGreaterThan(lock.fence);
    expect(await inherited.extend(5_000)).toBe(true);
    expect(await releasing).toBe(true);
    expect(await inherited.release()).toBe(true);
  });

  it('has the lock for its whole lease, though the store gave it for less', async () => {
    const { lock, next } = await holdAndQueue();
    await lock.release();
    const inherited = await next;
    await sleep(2_500); // longer than its place lasted
    expect(inherited.signal.aborted).toBe(false);
    expect(await lab.client.pttl(lab.lockKey(RESOURCE))).toBeGreaterThan(3_000);
  });

  it('relies on it for no longer than the lease of the holder whose release was lost', async () => {
    const lock = await locks.acquire(RESOURCE, { leaseMs: 2_000, waitMs: 0, maxHoldMs: 0 });
    const next = locks.acquire(RESOURCE, OPTIONS);
    await until(async () => (await locks.list())[0]?.waiters === 1, { what: 'the next one waits' });
    await sleep(20);
    provider.onRelease = () => new Promise(() => undefined); // it never arrives
    provider.onExtend = () => new Promise(() => undefined);
    void lock.release();
    const inherited = await next;
    const startedAt = performance.now();
    let abortedAt = 0;
    inherited.signal.addEventListener('abort', () => (abortedAt = performance.now()));
    await until(() => abortedAt > 0, { what: 'the signal aborts' });
    expect(abortedAt - startedAt).toBeLessThan(2_000);
    provider.onRelease = () => Promise.resolve(true); // for the end of the test
  });

  it('does not begin behind a lock that was handed over, and that another process may have adopted', async () => {
    const { lock, next } = await holdAndQueue();
    const other = lab.manager();
    const adopted = await other.adopt(await lock.handOver());
    let began = false;
    void next.then(() => (began = true)).catch(() => undefined);
    await lock.release();
    await sleep(50);
    expect(began).toBe(false);
    expect(await adopted.release()).toBe(true);
    await next;
  });

  it('begins behind the very lock that it was promised to follow, and no other', async () => {
    const first = await locks.acquire(RESOURCE, OPTIONS);
    await lab.client.del(lab.lockKey(RESOURCE)); // it is lost, and does not know it yet
    const second = await locks.acquire(RESOURCE, OPTIONS);
    const third = locks.acquire(RESOURCE, OPTIONS);
    await until(async () => (await locks.list())[0]?.waiters === 1, { what: 'the third waits' });
    await sleep(20);
    let began = false;
    void third.then(() => (began = true));
    expect(await first.release()).toBe(false);
    await sleep(50);
    expect(began).toBe(false);
    expect(await second.release()).toBe(true);
    await third;
  });

  it('soon asks the store whether it has what it inherited', async () => {
    const { lock, next } = await holdAndQueue();
    await lab.client.del(lab.lockKey(RESOURCE), lab.lockKey(RESOURCE).replace('lock:', 'queue:'));
    void lock.release();
    const inherited = await next;
    await until(() => inherited.signal.aborted, { what: 'it hears that the lock is gone', withinMs: 500 });
  });

  it('does not trust a grant that was told before its place may have ended', async () => {
    const foreign = lab.manager();
    const held = await foreign.acquire(RESOURCE, { leaseMs: 10_000, waitMs: 0 });
    let tell: (event: ClaimEvent) => void = () => undefined;
    provider.onWatch = (_claim, listener) => {
      tell = listener;
      return () => undefined;
    };
    let attempts = 0;
    provider.onAcquire = async (request) => {
      attempts += 1;
      const answer = await provider.real.acquire(request);
      if (attempts === 2) await sleep(250); // longer than its place of 200 ms lasts
      return answer;
    };
    const waiting = locks.acquire(RESOURCE, { leaseMs: 200, waitMs: 3_000 });
    await until(() => attempts === 3, { what: 'it asks once more' });
    await sleep(5); // it was refused
    tell({ granted: true, fences: [1] }); // of a grant that has ended long ago
    await until(() => attempts === 4, { what: 'it looks instead', withinMs: 40 });
    await held.release();
    expect((await waiting).fence).toBeGreaterThan(held.fence);
  });

  it('comes after those of other processes that asked before it', async () => {
    const other = lab.manager();
    const order: string[] = [];
    const lock = await locks.acquire(RESOURCE, OPTIONS);
    const theirs = other.using(RESOURCE, OPTIONS, () => Promise.resolve(order.push('theirs')));
    await until(async () => (await locks.list())[0]?.waiters === 1, { what: 'the other process waits' });
    const ours = locks.using(RESOURCE, OPTIONS, () => Promise.resolve(order.push('ours')));
    await until(async () => (await locks.list())[0]?.waiters === 2, { what: 'both wait' });
    await lock.release();
    await Promise.all([theirs, ours]);
    expect(order).toEqual(['theirs', 'ours']);
  });

  it('gives what it inherited back when its caller has left in the same moment', async () => {
    const lock = await locks.acquire(RESOURCE, OPTIONS);
    const controller = new AbortController();
    const next = locks.acquire(RESOURCE, { ...OPTIONS, signal: controller.signal });
    await until(async () => (await locks.list())[0]?.waiters === 1, { what: 'the next one waits' });
    await sleep(20);
    const releasing = lock.release();
    controller.abort();
    const outcome = await next.then(
      (inherited) => inherited.release(),
      () => 'aborted',
    );
    expect([true, 'aborted']).toContain(outcome);
    await releasing;
    await until(async () => (await lab.client.exists(lab.lockKey(RESOURCE))) === 0, { what: 'it is free' });
  });
});

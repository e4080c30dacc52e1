import { beforeEach, describe, expect, it } from '@jest/globals';
import { LockAbortedError, LockUnavailableError, LockUsageError } from './errors.js';
import { LockManager } from './lock-manager.js';
import type { LockAbility, LockProvider, LockRequest } from './provider.js';

/** Keeps what it was asked, and answers as the test says. */
class ScriptedProvider implements LockProvider {
  readonly name = 'scripted';
  readonly abilities = new Set<LockAbility>(['fencing']);
  readonly requests: LockRequest[] = [];
  readonly released: string[] = [];
  answer: () => ReturnType<LockProvider['acquire']> = () => Promise.resolve({ granted: true, fences: [1] });

  check(): void {
    // takes anything
  }
  acquire(request: LockRequest): ReturnType<LockProvider['acquire']> {
    this.requests.push(request);
    return this.answer();
  }
  extend(): ReturnType<LockProvider['extend']> {
    return Promise.resolve({ held: true, contended: false });
  }
  release({ token }: LockRequest): ReturnType<LockProvider['release']> {
    this.released.push(token);
    return Promise.resolve(true);
  }
  watch(): () => void {
    return () => undefined;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('LockManager', () => {
  let provider: ScriptedProvider;
  let locks: LockManager;
  beforeEach(() => {
    provider = new ScriptedProvider();
    locks = new LockManager(provider, { breakerOpenMs: 30 });
  });

  const options = { leaseMs: 1_000, waitMs: 1_000 };
  const fail = (outcome: 'unknown' | 'none') => () =>
    Promise.reject(new LockUnavailableError(['a'], new Error('away'), outcome));

  it.each([
    ['no resource', [], options],
    ['a lease of no length', 'a', { ...options, leaseMs: 0 }],
    ['a lease that is no whole number', 'a', { ...options, leaseMs: 1.5 }],
    ['an endless lease', 'a', { ...options, leaseMs: Infinity }],
    ['a negative wait', 'a', { ...options, waitMs: -1 }],
    ['an endless wait', 'a', { ...options, waitMs: Infinity }],
    ['a floor that leaves no room to grow', 'a', { ...options, floor: 2 ** 53 - 1 }],
    ['a negative floor', 'a', { ...options, floor: -1 }],
  ])('refuses %s before anything is sent', async (_, resources, wrong) => {
    await expect(locks.acquire(resources, wrong)).rejects.toThrow(LockUsageError);
    expect(provider.requests).toEqual([]);
  });

  it('sends sorted resources without duplicates, each with its floor', async () => {
    await locks.acquire(['b', 'a', 'b'], { ...options, floor: new Map([['b', 7]]) });
    expect(provider.requests).toMatchObject([{ resources: ['a', 'b'], floors: [0, 7] }]);
  });

  it('gives each acquisition a token of its own', async () => {
    await locks.tryAcquire('a', options);
    await locks.tryAcquire('b', options);
    const [first, second] = provider.requests;
    expect(first?.token).not.toBe(second?.token);
  });

  it('repeats an attempt of unknown outcome once, with the same token, and gives back what it may hold', async () => {
    provider.answer = fail('unknown');
    await expect(locks.tryAcquire('a', options)).rejects.toThrow(LockUnavailableError);
    const [first, second, ...more] = provider.requests.map(({ token }) => token);
    expect([second, ...more]).toEqual([first]);
    await locks.close();
    expect(provider.released).toEqual([first]);
  });

  it('does not repeat an attempt that was refused', async () => {
    provider.answer = fail('none');
    await expect(locks.tryAcquire('a', options)).rejects.toThrow(LockUnavailableError);
    expect(provider.requests).toHaveLength(1);
  });

  it('[case 34] fails everything that waits as soon as the store is found to be away, and then probes', async () => {
    let refuse: () => void = () => undefined;
    provider.answer = () => new Promise((_, reject) => (refuse = () => void fail('none')().catch(reject)));
    const waiting = [1, 2, 3].map(() => locks.acquire('a', options));
    const outcomes = Promise.allSettled(waiting);
    await new Promise((resolve) => setImmediate(resolve));
    refuse();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'LockUnavailableError' } });
    }
    await expect(locks.acquire('b', options)).rejects.toThrow(LockUnavailableError);
    expect(provider.requests).toHaveLength(1);
    provider.answer = () => Promise.resolve({ granted: true, fences: [1] });
    await new Promise((resolve) => setTimeout(resolve, 40));
    await expect(locks.acquire('a', options)).resolves.toMatchObject({ fence: 1 });
  });

  it('asks for nothing when the signal was aborted before', async () => {
    const aborted = locks.acquire('a', { ...options, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow(LockAbortedError);
    expect(provider.requests).toEqual([]);
  });
});

import { AssertionError } from 'node:assert/strict';
import { afterAll, describe, expect, it } from '@jest/globals';
import { LockContendedError, LockUnavailableError } from '../errors.js';
import { MemoryLockProvider } from '../providers/memory/memory-lock-provider.js';
import { InterceptedProvider } from './intercepted-provider.js';
import { rejectsWith, sleep, TooLateError, whileSteady } from './support.js';

describe('what is to be rejected', () => {
  const contended = new LockContendedError(['stock:a']);

  it('is, with that error', async () => {
    await rejectsWith(Promise.reject(contended), LockContendedError);
  });

  it('fails the case when it succeeds', async () => {
    await expect(rejectsWith(Promise.resolve(), LockContendedError, 'the second')).rejects.toThrow(
      'the second succeeded, instead of failing with a LockContendedError',
    );
  });

  it('says another error as it is, so that a case that came too late can be tried again', async () => {
    for (const error of [new TooLateError({ message: 'late' }), contended])
      await expect(rejectsWith(Promise.reject(error), LockUnavailableError)).rejects.toBe(error);
  });
});

describe('a failure', () => {
  const provider = new InterceptedProvider(new MemoryLockProvider());
  const claim = { resources: ['stock:a'], token: 'a' };
  const failing = (work: () => unknown, limitMs = 200) =>
    whileSteady({ provider, limitMs }, async () => {
      await work();
      throw new AssertionError({ message: 'lost' });
    });
  afterAll(() => provider.close());

  it('of a steady machine is a finding', async () => {
    await expect(failing(() => sleep(20), 60_000)).rejects.toMatchObject({
      name: 'AssertionError',
      message: 'lost',
    });
  });

  it('of a process that stood still is none', async () => {
    const stand = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    await expect(failing(stand)).rejects.toBeInstanceOf(TooLateError);
  });

  it('of a store that took to answer is none, nor of one that has not answered yet', async () => {
    provider.onRelease = () => sleep(250).then(() => true);
    await expect(failing(() => provider.release(claim))).rejects.toBeInstanceOf(TooLateError);
    const asked: Promise<unknown>[] = [];
    provider.onRelease = () => sleep(400).then(() => true);
    const ask = () => {
      asked.push(provider.release(claim));
      return sleep(250);
    };
    await expect(failing(ask)).rejects.toBeInstanceOf(TooLateError);
    await Promise.all(asked);
  });
});

import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import { LockUnavailableError } from '../errors.js';
import { MemoryLockProvider } from '../providers/memory/memory-lock-provider.js';
import { runCase } from './describe.js';
import type { ConformanceSubject } from './subject.js';
import { inTime } from './support.js';

const SUBJECT: ConformanceSubject = {
  name: 'memory',
  abilities: [],
  open: () => Promise.resolve(new MemoryLockProvider()),
};

/** Runs a case that fails so often. @returns how often it ran */
async function attempts(failures: number, fail: () => void): Promise<number> {
  let ran = 0;
  const run = (): Promise<void> => {
    ran += 1;
    if (ran <= failures) fail();
    return Promise.resolve();
  };
  const one = { number: 1, title: 'a case', needs: [], run: async () => run() };
  await runCase(one, SUBJECT).catch((error: unknown) => {
    if (ran < 3 && !(error instanceof assert.AssertionError)) throw error;
    ran = -ran;
  });
  return ran;
}

describe('a case that fails', () => {
  const late = () => inTime(101, 100, 'ms');
  it('is tried again for a time that has gone by, three times at most', async () => {
    expect(await attempts(2, late)).toBe(3);
    expect(await attempts(3, late)).toBe(-3);
  });

  it('is tried again for a store that did not answer in time', async () => {
    const unavailable = () => {
      throw new LockUnavailableError(['stock:a'], 'away', 'none');
    };
    expect(await attempts(1, unavailable)).toBe(2);
  });

  it('is not tried again for anything else', async () => {
    expect(await attempts(1, () => assert.fail('two holders'))).toBe(-1);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { RedisLockProvider } from '#lock/redis';
import { CONFORMANCE_CASES, runCase, type ConformanceSubject } from '#lock/conformance';
import { REDIS_ABILITIES } from '../conformance/redis-servers.js';
import { CHILD_MODULE } from '../conformance/redis-store.js';
import { CarelessManager } from './careless-manager.js';
import { openProvider, type FlawedLock, type FlawedLockOptions } from './flawed-locks.mjs';

/**
 * The suite has to catch the locks that articles get wrong:
 *
 *   SETNX, and then EXPIRE            case  3
 *   GET, and then DEL                 case  2
 *   GET, and then EXPIRE as renewal   case 11
 *   the clock as token                cases 2 and 36
 *   no release on the error path      case 12
 *
 * What differs from them by the flaw alone passes the same cases, and so does our own provider.
 */

const FLAWS = {
  'SETNX, and then EXPIRE': flawed('SetnxThenExpire', { diesAt: 'item:[2-5]:deduct' }),
  'GET, and then DEL': flawed('GetThenDel', { pauseMs: 60 }),
  'GET, and then EXPIRE as renewal': flawed('GetThenExpire', { pauseMs: 150 }),
  'the clock as token': flawed('ClockAsToken', { stoppedClockMs: 1_700_000_000_000 }),
  'no release on the error path': careless,
};

const CAUGHT: readonly [flaw: keyof typeof FLAWS, number: number, says: RegExp][] = [
  ['SETNX, and then EXPIRE', 3, /killed while it acquired comes free/],
  ['GET, and then DEL', 2, /successor has kept its lock/],
  ['GET, and then EXPIRE as renewal', 11, /thief/],
  ['the clock as token', 2, /the holder has kept its lock/],
  ['the clock as token', 36, /a second holder in the same job/],
  ['no release on the error path', 12, /leaves no lock behind/],
];

let redis: LocalRedis;
beforeAll(async () => (redis = await startRedis()));
afterAll(() => redis.stop());

describe('the suite', () => {
  test.each(CAUGHT)(
    'catches %s by case %i',
    async (flaw, number, says) => {
      const error: unknown = await run(number, FLAWS[flaw]()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof assert.AssertionError, `it fails, by its own assertion: ${String(error)}`);
      expect(error.message).toMatch(says);
    },
    60_000,
  );

  const cases = [...new Set(CAUGHT.map(([, number]) => number))];

  test.each(cases)(
    'passes a plain lock without the flaws: case %i',
    (number) => {
      return run(number, flawed('PlainRedisLock', {})());
    },
    60_000,
  );

  test.each(cases)('passes the redis provider: case %i', (number) => run(number, ours()), 60_000);
});

async function run(number: number, subject: ConformanceSubject): Promise<void> {
  const one = CONFORMANCE_CASES.find((candidate) => candidate.number === number);
  assert.ok(one);
  await runCase(one, subject);
}

function flawed(lock: FlawedLock, { diesAt, ...others }: Omit<FlawedLockOptions, 'url' | 'prefix'>) {
  return (): ConformanceSubject => {
    const options = { url: redis.url, prefix: prefix(), ...others };
    const argument = { lock, options: { ...options, ...(diesAt === undefined ? {} : { diesAt }) } };
    const module = new URL('flawed-locks.mjs', import.meta.url).href;
    return {
      name: lock,
      abilities: ['distributed'],
      open: () => openProvider({ lock, options }), // to die is for children: this is the process of the tests
      child: { module, argument },
    };
  };
}

function careless(): ConformanceSubject {
  return { ...ours(), manager: (provider, options) => new CarelessManager(provider, options) };
}

function ours(): ConformanceSubject {
  const options = { url: redis.url, keyPrefix: prefix(), commandTimeoutMs: 3_000 };
  return {
    name: 'redis',
    abilities: REDIS_ABILITIES,
    open: () => new RedisLockProvider(options),
    child: { module: CHILD_MODULE, argument: { provider: 'RedisLockProvider', options } },
  };
}

function prefix(): string {
  return `control-${randomBytes(4).toString('hex')}:`;
}

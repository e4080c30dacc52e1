import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimEvent, LockRequest } from '#lock';
import type { RedisLockProvider } from '#lock/redis';
import { Lab, sleep, until } from '../lab.js';

const RESOURCE = 'reports:export:run';

/** What the scripts do beyond what every provider promises (conformance case 31). */
describe('permits in Redis', () => {
  let lab: Lab;
  let provider: RedisLockProvider;
  let count = 0;
  beforeAll(async () => (lab = await Lab.open()));
  beforeEach(() => {
    provider = lab.closeLater(lab.provider());
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const request = (given: Partial<LockRequest> = {}): LockRequest => {
    count += 1;
    return {
      resources: [RESOURCE],
      token: `token:${count}`,
      owner: `owner ${count}`,
      leaseMs: 10_000,
      floors: [0],
      placeMs: 0,
      replicaAcks: 0,
      ...given,
    };
  };
  const reader = (given: Partial<LockRequest> = {}) => request({ permits: Infinity, ...given });
  const isGranted = async (claim: LockRequest) => (await provider.acquire(claim)).granted;
  const watched = (claim: LockRequest): ClaimEvent[] => {
    const events: ClaimEvent[] = [];
    provider.watch(claim, (event) => events.push(event));
    return events;
  };
  const keyOf = (word: string) => lab.lockKey(RESOURCE).replace('lock:', `${word}:`);

  it('a key that was evicted takes its permits along: none of them is valid beside new ones', async () => {
    const old = [request({ permits: 2 }), request({ permits: 2 })];
    for (const claim of old) expect(await isGranted(claim)).toBe(true);
    await lab.client.del(lab.lockKey(RESOURCE));
    const next = [request({ permits: 2 }), request({ permits: 2 })];
    for (const claim of next) expect(await isGranted(claim)).toBe(true);
    expect(await isGranted(request({ permits: 2 }))).toBe(false);
    for (const claim of old) {
      expect((await provider.extend(claim, 10_000)).held).toBe(false);
      expect(await provider.release(claim)).toBe(false);
    }
    for (const claim of next) expect((await provider.extend(claim, 10_000)).held).toBe(true);
  });

  it('a writer that gives up its place lets the readers behind it in at once', async () => {
    const [inside, writer, behind] = [reader(), request({ placeMs: 5_000 }), reader({ placeMs: 5_000 })];
    expect(await isGranted(inside)).toBe(true);
    const events = watched(behind);
    expect(await isGranted(writer)).toBe(false);
    expect(await isGranted(behind)).toBe(false);
    await until(() => events.length > 0, { what: 'the subscription stands, and says so' });
    events.splice(0);
    await provider.release(writer);
    await until(() => events.length > 0, { what: 'the reader is told' });
    expect(events).toEqual([{ look: true }]);
    expect(await isGranted(behind)).toBe(true);
  });

  it('readers that wait behind a writer are let in one after another, without waiting for each other', async () => {
    const writer = request();
    const readers = [reader({ placeMs: 5_000 }), reader({ placeMs: 5_000 }), reader({ placeMs: 5_000 })];
    expect(await isGranted(writer)).toBe(true);
    const heard = readers.map(watched);
    for (const claim of readers) expect(await isGranted(claim)).toBe(false);
    await until(() => heard.every((events) => events.length > 0), { what: 'the subscription stands' });
    for (const events of heard) events.splice(0);
    await provider.release(writer);
    for (const [index, claim] of readers.entries()) {
      await until(() => (heard[index]?.length ?? 0) > 0, {
        what: `reader ${index + 1} is told`,
      });
      expect(await isGranted(claim)).toBe(true);
    }
  });

  it('what is free is kept for the first in the queue: a newcomer does not pass it, of whichever kind', async () => {
    const [holder, first] = [request(), reader({ placeMs: 5_000 })];
    expect(await isGranted(holder)).toBe(true);
    expect(await isGranted(first)).toBe(false);
    await provider.release(holder);
    expect(await isGranted(request())).toBe(false);
    expect(await isGranted(reader())).toBe(false);
    expect(await isGranted(first)).toBe(true);
    expect(await isGranted(reader())).toBe(true);
  });

  it('every holder is listed, with its own owner and end', async () => {
    const [short, long] = [request({ permits: 2, leaseMs: 3_000 }), request({ permits: 2, leaseMs: 9_000 })];
    for (const claim of [short, long]) expect(await isGranted(claim)).toBe(true);
    const infos = await provider.list(10);
    expect(infos.map(({ owner, token, permits }) => ({ owner, token, permits }))).toEqual(
      [short, long].map(({ owner, token }) => ({ owner, token, permits: 2 })),
    );
    const [first, second] = infos.map(({ expiresAtMs }) => expiresAtMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(5_000);
    expect(await lab.manager().releaseAll({ owner: short.owner })).toBe(1);
    expect((await provider.list(10)).map(({ token }) => token)).toEqual([long.token]);
  });

  it('nothing of a resource outlives its last holder but the fence', async () => {
    const [one, two] = [request({ permits: 2 }), request({ permits: 2, leaseMs: 50 })];
    for (const claim of [one, two]) expect(await isGranted(claim)).toBe(true);
    await sleep(60);
    expect(await provider.release(one)).toBe(true);
    const left = await lab.client.exists(lab.lockKey(RESOURCE), keyOf('holders'), keyOf('shares'));
    expect(left).toBe(0);
    expect(await lab.client.exists(keyOf('fence'))).toBe(1);
  });
});

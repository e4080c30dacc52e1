import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimEvent, Grant, LockRequest, Refusal } from '#lock';
import type { RedisLockProvider } from '#lock/redis';
import { Lab, sleep, until } from '../lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('the scripts of the Redis provider', () => {
  let lab: Lab;
  let provider: RedisLockProvider;
  let count = 0;
  beforeAll(async () => (lab = await Lab.open()));
  beforeEach(() => {
    provider = lab.closeLater(lab.provider());
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const request = (
    resources: string | string[] = RESOURCE,
    given: Partial<LockRequest> = {},
  ): LockRequest => {
    const list = typeof resources === 'string' ? [resources] : resources;
    count += 1;
    return {
      resources: list,
      token: `token:${count}`,
      owner: 'a test',
      leaseMs: 10_000,
      floors: list.map(() => 0),
      placeMs: 0,
      replicaAcks: 0,
      ...given,
    };
  };
  const queueing = (resources?: string | string[], placeMs = 2_000) => request(resources, { placeMs });
  const fencesOf = async (answer: Promise<Grant | Refusal>): Promise<readonly number[]> => {
    const given = await answer;
    if (!given.granted) throw new Error('it was refused');
    return given.fences;
  };
  const keysOf = (resource = RESOURCE) => {
    const lock = lab.lockKey(resource);
    return {
      lock,
      fence: lock.replace('lock:', 'fence:'),
      queue: lock.replace('lock:', 'queue:'),
      places: lock.replace('lock:', 'places:'),
    };
  };
  const queue = (resource?: string): Promise<string[]> => lab.client.zrange(keysOf(resource).queue, 0, -1);
  const holder = async (resource?: string): Promise<string | undefined> =>
    (await lab.client.get(keysOf(resource).lock))?.split(' ')[0];
  /** Listens as the core does: from before the first attempt. */
  const watched = (claim: LockRequest): ClaimEvent[] => {
    const events: ClaimEvent[] = [];
    provider.watch(claim, (event) => events.push(event));
    return events;
  };
  const subscribed = () =>
    until(async () => (await lab.client.pubsub('CHANNELS', `${lab.prefix}lock-process:*`)).length > 0, {
      what: 'the provider has subscribed',
    });

  describe('acquire', () => {
    it('leaves no trace of a refused claim that asks for no place', async () => {
      await provider.acquire(request());
      const before = await lab.client.keys(`${lab.prefix}*`);
      expect(await provider.acquire(request())).toMatchObject({ granted: false, resource: RESOURCE });
      expect((await lab.client.keys(`${lab.prefix}*`)).sort()).toEqual(before.sort());
    });

    it('queues refused claims in their order, and the same claim but once', async () => {
      await provider.acquire(request());
      const [first, second] = [queueing(), queueing()];
      for (const claim of [first, second, first]) await provider.acquire(claim);
      expect(await queue()).toEqual([first.token, second.token]);
    });

    it('refuses a free lock to whoever is not the first in the queue', async () => {
      const [holding, first, last] = [request(), queueing(), queueing()];
      await provider.acquire(holding);
      await provider.acquire(first);
      await provider.acquire(last);
      await lab.client.del(keysOf().lock); // as after a lease that ended
      expect(await provider.acquire(request())).toMatchObject({ granted: false });
      expect(await holder()).toBe(first.token); // that attempt has handed it on
      expect(await provider.acquire(first)).toMatchObject({ granted: true });
    });

    it('drops a dead place on the clock of the server', async () => {
      await provider.acquire(request(RESOURCE, { leaseMs: 200 }));
      const [dead, next] = [queueing(RESOURCE, 100), queueing(RESOURCE, 2_000)];
      await provider.acquire(dead);
      await provider.acquire(next);
      await sleep(250);
      expect(await provider.acquire(next)).toMatchObject({ granted: true });
      expect(await queue()).toEqual([]);
      expect(await lab.client.hlen(keysOf().places)).toBe(0);
    });

    it('enters the queues of all its resources at once, and gets them together', async () => {
      const holding = request('x:b');
      await provider.acquire(holding);
      const both = queueing(['x:a', 'x:b']);
      const events = watched(both);
      await provider.acquire(both);
      await subscribed();
      expect([await queue('x:a'), await queue('x:b')]).toEqual([[both.token], [both.token]]);
      expect(await provider.acquire(request('x:a'))).toMatchObject({ granted: false }); // it is kept for the first
      await sleep(20);
      events.length = 0;
      await provider.release(holding);
      await until(() => events.length > 0, { what: 'the claim of two is told to look' });
      expect(events).toEqual([{ look: true }]);
      expect(await provider.acquire(both)).toMatchObject({ granted: true });
      expect([await queue('x:a'), await queue('x:b')]).toEqual([[], []]);
    });

    it('gives up what is left of an earlier grant of the same token when it is refused', async () => {
      const both = request(['x:a', 'x:b']);
      await provider.acquire(both);
      await lab.client.del(keysOf('x:a').lock);
      await provider.acquire(request('x:a'));
      expect(await provider.acquire(both)).toMatchObject({ granted: false, resource: 'x:a' });
      expect(await holder('x:b')).toBeUndefined();
    });

    it('refuses a fence beyond 2^53 before anything is written', async () => {
      await lab.client.set(keysOf('x:b').fence, `${2 ** 53 - 1} 0`);
      await expect(provider.acquire(request(['x:a', 'x:b']))).rejects.toThrow(/2\^53/);
      expect(await lab.client.exists(keysOf('x:a').lock, keysOf('x:b').lock)).toBe(0);
    });
  });

  it('acquire-some decides each resource alone, and queues for those that are taken', async () => {
    await provider.acquire(request('x:b'));
    const claims = ['x:a', 'x:b', 'x:c'].map((resource) => queueing(resource));
    expect(await provider.acquireSome(claims)).toMatchObject([
      { granted: true },
      { granted: false, resource: 'x:b' },
      { granted: true },
    ]);
    expect(await queue('x:b')).toEqual([claims[1]?.token]);
    expect(await holder('x:c')).toBe(claims[2]?.token);
  });

  describe('release', () => {
    it('grants to the first in the queue, and tells its process alone', async () => {
      const [holding, first, second] = [request(), queueing(), queueing()];
      const [earlier = 0] = await fencesOf(provider.acquire(holding));
      const [toFirst, toSecond] = [watched(first), watched(second)];
      await provider.acquire(first);
      await provider.acquire(second);
      await subscribed();
      await sleep(20);
      toFirst.length = toSecond.length = 0;
      expect(await provider.release(holding)).toBe(true);
      await until(() => toFirst.length > 0, { what: 'the first is told' });
      const [grant] = toFirst as [{ granted: true; fences: number[] }];
      expect(grant.granted).toBe(true);
      expect(grant.fences[0]).toBeGreaterThan(earlier);
      expect(toSecond).toEqual([]);
      expect(await holder()).toBe(first.token);
      const pttl = await lab.client.pttl(keysOf().lock);
      expect(pttl).toBeGreaterThan(1_000);
      expect(pttl).toBeLessThanOrEqual(2_000); // no longer than the place would have lasted
    });

    it('keeps the floor of a claim that is granted from the queue', async () => {
      const floor = Date.now() * 1_000 + 3_600_000_000;
      const [holding, first] = [request(), request(RESOURCE, { placeMs: 2_000, floors: [floor] })];
      await provider.acquire(holding);
      await provider.acquire(first);
      await provider.release(holding);
      expect(await provider.acquire(first)).toEqual({ granted: true, fences: [floor] });
    });

    it('gives up the place of a claim that leaves, and what it was granted meanwhile', async () => {
      const [holding, first, second] = [request(), queueing(), queueing()];
      for (const claim of [holding, first, second]) await provider.acquire(claim);
      await provider.release(first);
      expect(await queue()).toEqual([second.token]);
      await provider.release(holding);
      expect(await holder()).toBe(second.token);
      await provider.release(second);
      expect(await lab.client.keys(`${lab.prefix}lock:{*`)).toEqual([]);
    });

    it('hands a free lock on when the claim for which it was kept leaves', async () => {
      const [holding, both, next] = [request('x:b'), queueing(['x:a', 'x:b']), queueing('x:a')];
      for (const claim of [holding, both, next]) await provider.acquire(claim);
      await provider.release(both);
      expect(await holder('x:a')).toBe(next.token);
    });
  });

  describe('the promise to the next of the same process', () => {
    const promisedTo = async (claim: LockRequest, by = provider): Promise<readonly number[] | undefined> => {
      const answer = await by.acquire(claim);
      return answer.granted ? undefined : answer.promised?.fences;
    };

    it('is a fence between the holder and whatever is granted later, and is kept', async () => {
      const [holding, next, last] = [request(), queueing(), queueing()];
      const [held = 0] = await fencesOf(provider.acquire(holding));
      const [promised = 0] = (await promisedTo(next)) ?? [];
      expect(promised).toBeGreaterThan(held);
      expect(await promisedTo(next)).toEqual([promised]); // it asks again, to keep its place
      await provider.release(holding);
      expect(await fencesOf(provider.acquire(next))).toEqual([promised]);
      await provider.acquire(last);
      await provider.release(next);
      expect((await fencesOf(provider.acquire(last)))[0]).toBeGreaterThan(promised);
    });

    it('is made to the first alone, of one resource, and not behind a holder of another process', async () => {
      const other = lab.closeLater(lab.provider());
      await other.acquire(request());
      expect(await promisedTo(queueing())).toBeUndefined();
      await provider.acquire(request('x:a'));
      expect(await promisedTo(queueing(['x:a', 'x:b']))).toBeUndefined();
      await provider.acquire(request('x:c'));
      await other.acquire(queueing('x:c'));
      expect(await promisedTo(queueing('x:c'))).toBeUndefined();
    });

    it('stands though the clock steps back and others come with an earlier time', async () => {
      const [holding, next] = [request(), queueing()];
      await provider.acquire(holding);
      await promisedTo(next);
      const late = lab.closeLater(lab.provider());
      const stranger = queueing();
      await late.acquire(stranger);
      await lab.client.zadd(keysOf().queue, 1, stranger.token); // as if it had come long ago
      await provider.release(holding);
      expect(await holder()).toBe(next.token);
    });

    it('does not change the fence of the holder', async () => {
      const holding = request();
      const [held] = await fencesOf(provider.acquire(holding));
      await promisedTo(queueing());
      expect(await fencesOf(provider.acquire(holding))).toEqual([held]);
      expect((await provider.list(1))[0]?.fence).toBe(held);
    });
  });

  it('extend says whether others wait', async () => {
    const holding = request();
    await provider.acquire(holding);
    expect(await provider.extend(holding, 5_000)).toEqual({ held: true, contended: false });
    await provider.acquire(queueing(RESOURCE, 100));
    expect(await provider.extend(holding, 5_000)).toEqual({ held: true, contended: true });
    await sleep(120);
    expect(await provider.extend(holding, 5_000)).toEqual({ held: true, contended: false });
  });

  it('adopt gives all locks of a token to another, with their fences, once', async () => {
    const sender = request(['x:a', 'x:b']);
    const grant = await provider.acquire(sender);
    const events: ClaimEvent[] = [];
    provider.watch(sender, (event) => events.push(event), { atOnce: true });
    await subscribed();
    await sleep(20);
    events.length = 0;
    const [receiver, late] = [request(['x:a', 'x:b']), request(['x:a', 'x:b'])];
    expect(await provider.adopt(sender, receiver)).toEqual(grant);
    expect(await provider.adopt(sender, receiver)).toEqual(grant); // its reply may have been lost
    expect(await provider.adopt(sender, late)).toBeUndefined();
    await until(() => events.length > 0, { what: 'the sender is told' });
    expect(events).toEqual([{ adopted: true }]);
    expect(await provider.extend(sender, 5_000)).toMatchObject({ held: false });
    expect(await provider.extend(receiver, 5_000)).toMatchObject({ held: true });
  });

  it('adopt changes nothing when one of the locks is not held any more', async () => {
    const sender = request(['x:a', 'x:b']);
    await provider.acquire(sender);
    await lab.client.del(keysOf('x:b').lock);
    expect(await provider.adopt(sender, request(['x:a', 'x:b']))).toBeUndefined();
    expect(await holder('x:a')).toBe(sender.token);
  });

  it('lists what is held, with its owner, fence, times and queue', async () => {
    const fences = await fencesOf(provider.acquire(request(RESOURCE, { owner: 'till 7 / shop' })));
    await provider.acquire(queueing());
    const before = Date.now();
    const [info, ...more] = await provider.list(10);
    expect(more).toEqual([]);
    expect(info).toMatchObject({ resource: RESOURCE, owner: 'till 7 / shop', fence: fences[0], waiters: 1 });
    expect(Math.abs((info?.acquiredAtMs ?? 0) - before)).toBeLessThan(1_000);
    expect((info?.expiresAtMs ?? 0) - (info?.acquiredAtMs ?? 0)).toBeGreaterThan(9_000);
  });

  it('lists no more than it was asked for', async () => {
    for (let index = 0; index < 20; index += 1) await provider.acquire(request(`x:${index}`));
    expect(await provider.list(7)).toHaveLength(7);
  });

  it('leaves no key of a queue behind that everybody has left without a word', async () => {
    await provider.acquire(request());
    await provider.acquire(queueing());
    for (const key of [keysOf().queue, keysOf().places]) {
      expect(await lab.client.pttl(key)).toBeGreaterThan(0);
    }
  });
});

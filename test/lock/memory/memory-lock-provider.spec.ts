import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import type { ClaimEvent, Grant, LockRequest } from '../../../libs/lock/provider.js';
import { MemoryLockProvider } from '../../../libs/lock/providers/memory/memory-lock-provider.js';
import { MemoryLockStore } from '../../../libs/lock/providers/memory/memory-lock-store.js';

let provider: MemoryLockProvider;
beforeEach(() => {
  provider = new MemoryLockProvider({ store: new MemoryLockStore() });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const request = (token: string, more: Partial<LockRequest> = {}): LockRequest => ({
  resources: ['a'],
  token,
  leaseMs: 10_000,
  owner: 'someone',
  floors: (more.resources ?? ['a']).map(() => 0),
  placeMs: 5_000,
  replicaAcks: 0,
  ...more,
});

/** What the claim of this token hears. */
const hear = (token: string): ClaimEvent[] => {
  const heard: ClaimEvent[] = [];
  provider.watch({ resources: [], token }, (event) => heard.push(event));
  return heard;
};

const acquire = async (token: string, more?: Partial<LockRequest>): Promise<Grant> => {
  const answer = await provider.acquire(request(token, more));
  if (!answer.granted) throw new Error(`${token} was refused`);
  return answer;
};

const refused = async (token: string, more?: Partial<LockRequest>) => {
  const answer = await provider.acquire(request(token, more));
  if (answer.granted) throw new Error(`${token} was granted`);
  return answer;
};

const holder = async (resource = 'a') => {
  const locks = await provider.list(100);
  return locks.find((lock) => lock.resource === resource)?.token;
};

const sleep = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

describe('locks in memory', () => {
  it('are shared by all providers of the process, unless they have a store of their own', async () => {
    const [one, other] = [new MemoryLockProvider(), new MemoryLockProvider()];
    const resources = ['memory-lock-provider.spec'];
    expect(await one.acquire(request('one', { resources }))).toMatchObject({ granted: true });
    expect(await other.acquire(request('other', { resources }))).toMatchObject({ granted: false });
    expect(await provider.acquire(request('third', { resources }))).toMatchObject({ granted: true });
    await one.release({ resources, token: 'one' });
    await other.release({ resources, token: 'other' });
  });

  it('exclude, and say for how long', async () => {
    await acquire('one');
    const refusal = await refused('two');
    expect(refusal.resource).toBe('a');
    expect(refusal.remainingMs).toBeGreaterThan(9_000);
    expect(refusal.remainingMs).toBeLessThanOrEqual(10_000);
  });

  it('[case 02] are neither extended nor released by a foreign token', async () => {
    await acquire('one');
    expect(await provider.extend({ resources: ['a'], token: 'two' }, 60_000)).toMatchObject({ held: false });
    expect(await provider.release({ resources: ['a'], token: 'two' })).toBe(false);
    const [lock] = await provider.list(1);
    expect(lock?.token).toBe('one');
    expect(lock?.expiresAtMs).toBeLessThan(Date.now() + 11_000);
  });

  it('[case 03] end with their lease, on a clock that nobody sets', async () => {
    await acquire('one', { leaseMs: 60 });
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    await refused('two', { placeMs: 0 });
    await sleep(70);
    await acquire('two');
    expect(await provider.release({ resources: ['a'], token: 'one' })).toBe(false);
    expect(await holder()).toBe('two');
  });

  it('[case 07] are granted to the same token again, with the same fences and a new lease', async () => {
    const first = await acquire('one', { resources: ['a', 'b'], leaseMs: 60 });
    expect(await acquire('one', { resources: ['a', 'b'] })).toEqual(first);
    await sleep(70);
    await refused('two', { resources: ['b'] });
  });

  it('[case 18] are taken all or none', async () => {
    await acquire('one', { resources: ['b'] });
    expect(await refused('two', { resources: ['a', 'b', 'c'], placeMs: 0 })).toMatchObject({ resource: 'b' });
    await acquire('three', { resources: ['a', 'c'] });
  });

  it('are extended all or none', async () => {
    const resources = ['a', 'b'];
    await acquire('one', { resources, leaseMs: 60 });
    await provider.release({ resources: ['b'], token: 'one' });
    expect(await provider.extend({ resources, token: 'one' }, 60_000)).toEqual({
      held: false,
      contended: false,
    });
    await sleep(70);
    await acquire('two', { resources });
    expect(await provider.extend({ resources, token: 'two' }, 60_000)).toMatchObject({ held: true });
  });

  it('decides several requests one by one', async () => {
    await acquire('one', { resources: ['b'] });
    const answers = await provider.acquireSome(
      ['a', 'b', 'c'].map((name) => request(`two-${name}`, { resources: [name] })),
    );
    expect(answers.map(({ granted }) => granted)).toEqual([true, false, true]);
  });

  it('are listed with what people want to know', async () => {
    const { fences } = await acquire('one', { owner: 'the sweeper' });
    await refused('two');
    await acquire('three', { resources: ['b'], leaseMs: 20 });
    await sleep(30);
    const locks = await provider.list(10);
    expect(locks).toMatchObject([
      { resource: 'a', resources: ['a'], token: 'one', owner: 'the sweeper', fence: fences[0], waiters: 1 },
    ]);
    expect(Math.abs(Date.now() - (locks[0]?.acquiredAtMs ?? 0))).toBeLessThan(5_000);
    await acquire('four', { resources: ['c'] });
    expect(await provider.list(1)).toHaveLength(1);
  });

  it('fail once the provider is closed, which tells nobody anything any more', async () => {
    const store = new MemoryLockStore();
    const closing = new MemoryLockProvider({ store });
    const heard: ClaimEvent[] = [];
    closing.watch({ resources: ['a'], token: 'two' }, (event) => heard.push(event));
    store.acquire(request('one'));
    store.acquire(request('two'));
    await closing.close();
    await expect(closing.acquire(request('one'))).rejects.toThrow(LockUnavailableError);
    store.release({ resources: ['a'], token: 'one' });
    await sleep(1);
    expect(heard).toEqual([]);
  });
});

describe('the queue', () => {
  it('[case 22] grants first come, first served, and tells the one it grants to', async () => {
    await acquire('holder');
    const tokens = Array.from({ length: 100 }, (_, index) => `waiter-${index}`);
    const heard = tokens.map(hear);
    for (const token of tokens) await refused(token);
    let previous = 'holder';
    let lastFence = 0;
    for (const [index, token] of tokens.entries()) {
      expect(await provider.release({ resources: ['a'], token: previous })).toBe(true);
      const [event] = heard[index] ?? [];
      if (!event || !('granted' in event)) throw new Error(`${token} heard nothing`);
      expect(event.fences[0]).toBeGreaterThan(lastFence);
      expect(await holder()).toBe(token);
      lastFence = event.fences[0] ?? 0;
      previous = token;
    }
    expect(heard.map((events) => events.length)).toEqual(tokens.map(() => 1));
  });

  it('[case 22] passes over a place that has ended, and does not serve a newcomer before a live one', async () => {
    await acquire('holder');
    await refused('dead', { placeMs: 20 });
    await refused('alive');
    await sleep(30);
    await refused('newcomer');
    await provider.release({ resources: ['a'], token: 'holder' });
    expect(await holder()).toBe('alive');
  });

  it('keeps a place as long as it is asked for, and one that has ended goes to the end', async () => {
    await acquire('holder');
    await refused('first', { placeMs: 60 });
    await refused('second', { placeMs: 60 });
    await refused('third');
    await sleep(40);
    await refused('first', { placeMs: 60 });
    await sleep(40);
    await refused('second', { placeMs: 5_000 });
    for (const token of ['holder', 'first', 'third', 'second']) {
      expect(await holder()).toBe(token);
      await provider.release({ resources: ['a'], token });
    }
  });

  it('grants until the end of the place, and a repeated attempt of the same claim for its whole lease', async () => {
    await acquire('holder');
    await refused('two', { placeMs: 100 });
    const heard = hear('two');
    await provider.release({ resources: ['a'], token: 'holder' });
    const [lock] = await provider.list(1);
    expect(lock?.token).toBe('two');
    expect(lock?.expiresAtMs).toBeLessThan(Date.now() + 101);
    expect(await acquire('two')).toEqual(heard[0]);
    expect(await provider.extend({ resources: ['a'], token: 'two' }, 10_000)).toMatchObject({
      contended: false,
    });
    await sleep(110);
    expect(await holder()).toBe('two');
  });

  it('goes on when a lease ends and nobody releases', async () => {
    await acquire('holder', { leaseMs: 30 });
    await refused('first');
    const heard = hear('first');
    await sleep(40);
    await refused('second'); // whoever asks next finds that it has ended
    expect(await holder()).toBe('first');
    expect(heard).toMatchObject([{ granted: true }, { contended: true }]);
  });

  it('[case 06] forgets who gives up, also once it was granted to him', async () => {
    await acquire('holder');
    for (const token of ['one', 'two', 'three']) await refused(token);
    expect(await provider.release({ resources: ['a'], token: 'one' })).toBe(false);
    expect((await provider.list(1))[0]?.waiters).toBe(2);
    await provider.release({ resources: ['a'], token: 'holder' });
    expect(await provider.release({ resources: ['a'], token: 'two' })).toBe(true);
    expect(await holder()).toBe('three');
  });

  it('lets no trace of an attempt without a place', async () => {
    await acquire('holder');
    await refused('one', { placeMs: 0 });
    await refused('two');
    await refused('two', { placeMs: 0 });
    await provider.release({ resources: ['a'], token: 'holder' });
    expect(await holder()).toBeUndefined();
  });

  it('tells the holder that others wait', async () => {
    await acquire('holder');
    const claim = { resources: ['a'], token: 'holder' };
    expect(await provider.extend(claim, 10_000)).toEqual({ held: true, contended: false });
    await refused('one', { placeMs: 30 });
    expect(await provider.extend(claim, 10_000)).toEqual({ held: true, contended: true });
    await sleep(40);
    expect(await provider.extend(claim, 10_000)).toEqual({ held: true, contended: false });
  });

  it('tells a claim of several resources to look, and reserves what is free for it', async () => {
    await acquire('holder-a');
    await acquire('holder-b', { resources: ['b'] });
    const heard = hear('both');
    await refused('both', { resources: ['a', 'b'] });
    await provider.release({ resources: ['a'], token: 'holder-a' });
    expect(heard).toEqual([{ look: true }]);
    expect(await refused('newcomer', { placeMs: 0 })).toMatchObject({ resource: 'a' });
    expect(await refused('both', { resources: ['a', 'b'] })).toMatchObject({ resource: 'b' });
    await provider.release({ resources: ['b'], token: 'holder-b' });
    expect(heard).toHaveLength(2);
    await acquire('both', { resources: ['a', 'b'] });
  });

  it('goes on to the next when a claim of several resources stops waiting', async () => {
    await acquire('holder-b', { resources: ['b'] });
    await refused('both', { resources: ['a', 'b'] });
    await refused('next'); // a is free, but reserved
    await refused('both', { resources: ['a', 'b'], placeMs: 0 });
    expect(await holder()).toBe('next');
  });

  it('serves overlapping claims of several resources in the order of arrival, without a deadlock', async () => {
    await acquire('holder', { resources: ['a'] });
    await refused('ab', { resources: ['a', 'b'] });
    // b is free, but who came first stands in front.
    expect(await refused('bc', { resources: ['b', 'c'] })).toMatchObject({ resource: 'b' });
    expect(await refused('c', { resources: ['c'] })).toMatchObject({ resource: 'c' });
    await provider.release({ resources: ['a'], token: 'holder' });
    await acquire('ab', { resources: ['a', 'b'] });
    await provider.release({ resources: ['a', 'b'], token: 'ab' });
    await acquire('bc', { resources: ['b', 'c'] });
    await provider.release({ resources: ['b', 'c'], token: 'bc' });
    expect(await holder('c')).toBe('c');
  });
});

describe('fences in memory', () => {
  const fence = async (floor = 0): Promise<number> => {
    const { fences } = await acquire('token', { floors: [floor] });
    await provider.release({ resources: ['a'], token: 'token' });
    return fences[0] ?? Number.NaN;
  };

  it('[case 20] grow, from the clock in microseconds on, though the clock steps back', async () => {
    const first = await fence();
    expect(first).toBeGreaterThanOrEqual((Date.now() - 60_000) * 1_000);
    await sleep(5);
    await provider.extend({ resources: ['a'], token: 'anybody' }, 1); // finds that the resource can be forgotten
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    const second = await fence();
    const third = await fence();
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
  });

  it('[case 20] start from a floor, and go on from there; one resource does not lift another', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000;
    expect(await fence(ahead)).toBe(ahead);
    await sleep(5);
    expect(await fence()).toBe(ahead + 1);
    const { fences } = await acquire('both', { resources: ['b', 'c'], floors: [0, ahead] });
    expect(fences[0]).toBeLessThan(ahead);
    expect(fences[1]).toBe(ahead);
  });

  it('are forgotten with their resource once the clock has passed them, so that memory does not grow', async () => {
    const store = new MemoryLockStore();
    for (let i = 0; i < 10_000; i += 1) {
      const resources = [`item:${i}`];
      store.acquire(request('token', { resources, leaseMs: i % 2 === 0 ? 1 : 60_000 }));
      if (i % 2 === 1) store.release({ resources, token: 'token' });
      if (i % 1_000 === 0) await sleep(3);
    }
    const { size } = (store as unknown as { resources: Map<string, unknown> }).resources;
    expect(size).toBeLessThan(3_000);
  });
});

describe('a hand-over in memory', () => {
  it('[case 29] has one winner among two adopters, keeps the fences, and is told to the sender', async () => {
    const resources = ['a', 'b'];
    const { fences } = await acquire('sender', { resources, leaseMs: 60 });
    const heard = hear('sender');
    const sender = { resources, token: 'sender' };
    const [one, other] = await Promise.all(
      ['one', 'other'].map((token) => provider.adopt(sender, request(token, { resources, owner: token }))),
    );
    expect(one).toEqual({ granted: true, fences });
    expect(other).toBeUndefined();
    expect(heard).toEqual([{ adopted: true }]);
    expect(await provider.extend(sender, 10_000)).toMatchObject({ held: false });
    expect(await provider.release(sender)).toBe(false);
    await sleep(70);
    expect((await provider.list(2)).map(({ token, owner }) => [token, owner])).toEqual([
      ['one', 'one'],
      ['one', 'one'],
    ]);
  });

  it('[case 07] can be repeated by the winner', async () => {
    const { fences } = await acquire('sender');
    const sender = { resources: ['a'], token: 'sender' };
    await provider.adopt(sender, request('one'));
    expect(await provider.adopt(sender, request('one'))).toEqual({ granted: true, fences });
  });

  it('[case 39] changes nothing unless everything is held', async () => {
    const resources = ['a', 'b'];
    await acquire('sender', { resources });
    await provider.release({ resources: ['b'], token: 'sender' });
    expect(
      await provider.adopt({ resources, token: 'sender' }, request('one', { resources })),
    ).toBeUndefined();
    expect(await holder()).toBe('sender');
  });
});

describe('values in memory', () => {
  it('are there until they end or are deleted', async () => {
    const { values } = provider;
    await values.set('key', 'value', 50);
    expect(await values.get('key')).toMatchObject({ value: 'value' });
    expect((await values.get('key'))?.remainingMs).toBeLessThanOrEqual(50);
    await sleep(60);
    expect(await values.get('key')).toBeUndefined();
    await values.set('key', 'value', 5_000);
    await values.delete('key');
    expect(await values.get('key')).toBeUndefined();
  });
});

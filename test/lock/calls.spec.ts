import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  currentLock,
  LockContendedError,
  LockLostError,
  LockManager,
  LockTicketError,
  LockUsageError,
  LockWaitTimeoutError,
  type LockEventMap,
} from '#lock';
import { Lab, sleep, timed, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';
const OPTIONS = { leaseMs: 5_000, waitMs: 5_000 };
const ONCE = { leaseMs: 5_000, waitMs: 0 };

describe('what a call can ask for', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const waiters = async (locks: LockManager, resource = RESOURCE): Promise<number> =>
    (await locks.list()).find((info) => info.resource === resource)?.waiters ?? 0;
  const untilWaiting = (locks: LockManager, count = 1, resource = RESOURCE) =>
    until(async () => (await waiters(locks, resource)) === count, { what: `${count} wait` });

  describe('re-entry', () => {
    it('gives the same lock and fence once more, and frees it with the last handle', async () => {
      const locks = lab.manager();
      await locks.using(RESOURCE, ONCE, async (outer) => {
        const inner = await locks.acquire(RESOURCE, { ...ONCE, reentrant: true });
        expect(inner.fence).toBe(outer.fence);
        expect(inner.signal).toBe(outer.signal);
        expect(await inner.release()).toBe(true);
        expect(await inner.release()).toBe(true); // a second time counts for nothing
        expect(await locks.tryAcquire(RESOURCE, ONCE)).toBeNull();
        expect(await outer.extend(5_000)).toBe(true);
      });
      expect(await locks.tryAcquire(RESOURCE, ONCE)).not.toBeNull();
    });

    it('outlives the outer handle while the inner one is held', async () => {
      const locks = lab.manager();
      const outer = await locks.acquire(RESOURCE, ONCE);
      const inner = outer.reenter();
      expect(await outer.release()).toBe(true);
      expect(await locks.tryAcquire(RESOURCE, ONCE)).toBeNull();
      expect(await inner.release()).toBe(true);
      expect(() => inner.reenter()).toThrow(LockLostError);
      expect(await locks.tryAcquire(RESOURCE, ONCE)).not.toBeNull();
    });

    it('never happens by accident: neither outside of the job, nor without being asked for, nor in part', async () => {
      const locks = lab.manager();
      const outside = locks.acquire(RESOURCE, ONCE);
      expect((await outside).resources).toEqual([RESOURCE]);
      const stranger = locks.acquire(RESOURCE, { ...ONCE, reentrant: true });
      await expect(stranger).rejects.toThrow(LockContendedError);
      await (await outside).release();
      await locks.using('x:a', ONCE, async () => {
        await expect(locks.acquire('x:a', ONCE)).rejects.toThrow(LockContendedError);
        const partly = locks.acquire(['x:a', 'x:b'], { ...ONCE, reentrant: true });
        await expect(partly).rejects.toThrow(LockUsageError);
        const other = await locks.acquire('x:b', { ...ONCE, reentrant: true });
        expect(other.resources).toEqual(['x:b']);
        await other.release();
      });
    });

    it('is not granted by a lock that has been released, though its context lives on', async () => {
      const locks = lab.manager();
      let late: Promise<unknown> = Promise.resolve();
      await locks.using(RESOURCE, ONCE, () => {
        late = sleep(50).then(() => locks.acquire(RESOURCE, { ...ONCE, reentrant: true }));
        return Promise.resolve();
      });
      await lab.manager().acquire(RESOURCE, ONCE);
      await expect(late).rejects.toThrow(LockContendedError);
    });

    it('tells the job its lock', async () => {
      const locks = lab.manager();
      expect(currentLock()).toBeUndefined();
      await locks.using(RESOURCE, ONCE, async (lock) => {
        await sleep(1);
        expect(currentLock()).toBe(lock);
      });
    });
  });

  describe('tryAcquireSome', () => {
    it('grants what is free at once, and the rest as it becomes free', async () => {
      const [holder, locks] = [lab.manager(), lab.manager()];
      const held = await holder.acquire('x:b', ONCE);
      const some = await locks.tryAcquireSome(['x:c', 'x:b', 'x:a', 'x:b'], OPTIONS);
      expect([...some.granted.keys()]).toEqual(['x:a', 'x:c']);
      expect([...some.pending.keys()]).toEqual(['x:b']);
      await untilWaiting(holder, 1, 'x:b');
      await held.release();
      const late = await some.pending.get('x:b');
      expect(late?.fence).toBeGreaterThan(held.fence);
      for (const lock of [...some.granted.values(), late]) expect(await lock?.release()).toBe(true);
      expect(await lab.client.keys(`${lab.prefix}lock:{*`)).toEqual([]);
    });

    it('waits in its own process too, and sends one command for all', async () => {
      const locks = lab.manager();
      const held = await locks.acquire('x:a', OPTIONS);
      const calls = await lab.countCalls('acquireSome', async () => {
        const some = await locks.tryAcquireSome(['x:a', 'x:b', 'x:c'], OPTIONS);
        expect([...some.granted.keys()]).toEqual(['x:b', 'x:c']);
        await held.release();
        expect((await some.pending.get('x:a'))?.resources).toEqual(['x:a']);
      });
      expect(calls).toBe(1);
    });

    it('queues for nothing with waitMs 0, and gives its place up when the time is over', async () => {
      const [holder, locks] = [lab.manager(), lab.manager()];
      const held = await holder.acquire('x:b', ONCE);
      const once = await locks.tryAcquireSome(['x:a', 'x:b'], ONCE);
      expect([[...once.granted.keys()], once.pending.size]).toEqual([['x:a'], 0]);
      const some = await locks.tryAcquireSome(['x:b'], { ...OPTIONS, waitMs: 100 });
      await expect(some.pending.get('x:b')).rejects.toThrow(LockWaitTimeoutError);
      await untilWaiting(holder, 0, 'x:b');
      await held.release();
      expect(await locks.tryAcquire('x:b', ONCE)).not.toBeNull();
    });
  });

  describe('yieldIfContended', () => {
    it('keeps the lock while nobody waits, and lets others of any process go first when they do', async () => {
      const [locks, other] = [lab.manager(), lab.manager()];
      let lock = await locks.acquire(RESOURCE, OPTIONS);
      expect(await lock.yieldIfContended()).toBe(false);
      expect(await lock.extend(5_000)).toBe(true);
      const order: string[] = [];
      const elsewhere = other.using(RESOURCE, OPTIONS, () => Promise.resolve(order.push('elsewhere')));
      await untilWaiting(locks);
      expect(await lock.yieldIfContended()).toBe(true);
      lock = await locks.acquire(RESOURCE, OPTIONS);
      await elsewhere;
      const here = locks.using(RESOURCE, OPTIONS, () => Promise.resolve(order.push('here')));
      await sleep(1);
      expect(await lock.yieldIfContended()).toBe(true);
      await here;
      expect(order).toEqual(['elsewhere', 'here']);
    });

    it('tells a holder that has lost the lock so', async () => {
      const lock = await lab.manager().acquire(RESOURCE, ONCE);
      await lab.client.del(lab.lockKey(RESOURCE));
      await expect(lock.yieldIfContended()).rejects.toThrow(LockLostError);
    });
  });

  describe('onContended', () => {
    const HOLDING = { leaseMs: 30_000, waitMs: 0 }; // no renewal comes within the test

    async function heldAndWatched(locks: LockManager) {
      const lock = await locks.acquire(RESOURCE, HOLDING);
      const told: number[] = [];
      lock.onContended(() => told.push(performance.now()));
      const subscribed = `${lab.prefix}lock-process:*:contended`;
      await until(async () => (await lab.client.pubsub('CHANNELS', subscribed)).length === 1, {
        what: 'its process has subscribed',
      });
      return { lock, told };
    }

    it('tells of others of the same process, too, and of nobody while nobody waits', async () => {
      const locks = lab.manager();
      const { lock, told } = await heldAndWatched(locks);
      expect(await lock.isContended()).toBe(false);
      expect(told).toEqual([]);
      const waiting = locks.acquire(RESOURCE, OPTIONS);
      await until(() => told.length > 0, { what: 'the holder is told' });
      await lock.release();
      await (await waiting).release();
    });

    it('looks when its subscription is back: somebody may have begun to wait meanwhile', async () => {
      const { lock, told } = await heldAndWatched(lab.manager());
      const other = lab.provider();
      await other.list(1); // it is connected
      await lab.client.pipeline().client('KILL', 'TYPE', 'pubsub').exec();
      const claim = { resources: [RESOURCE], token: 'other', owner: 'other', floors: [0], replicaAcks: 0 };
      // One attempt alone: each one that follows would tell the holder again.
      expect(await other.acquire({ ...claim, leaseMs: 5_000, placeMs: 20_000 })).toMatchObject({
        granted: false,
      });
      await until(() => told.length > 0, { what: 'the holder is told' });
      await other.release(claim);
      await other.close();
      await lock.release();
    });

    it('ends with the lock: its process listens to nothing any more', async () => {
      const { lock } = await heldAndWatched(lab.manager());
      await lock.release();
      const channels = `${lab.prefix}lock-process:*`;
      await until(async () => (await lab.client.pubsub('CHANNELS', channels)).length === 0, {
        what: 'nobody listens',
      });
    });
  });

  describe('handOver', () => {
    it('survives the end of `using`, and of the process that sent it', async () => {
      const [sender, receiver] = [lab.manager(), lab.manager()];
      const ticket = await sender.using(RESOURCE, ONCE, (lock) => lock.handOver({ leaseMs: 2_000 }));
      expect(await receiver.tryAcquire(RESOURCE, ONCE)).toBeNull();
      await sender.close();
      const lock = await receiver.adopt(ticket, { leaseMs: 5_000 });
      expect(await lab.client.pttl(lab.lockKey(RESOURCE))).toBeGreaterThan(4_000);
      expect(await lock.release()).toBe(true);
    });

    it('is not renewed, and the ticket ends with its lease', async () => {
      const [sender, receiver] = [lab.manager(), lab.manager()];
      const lock = await sender.acquire(RESOURCE, ONCE);
      const ticket = await lock.handOver({ leaseMs: 150 });
      await sleep(200);
      expect(lock.signal.aborted).toBe(true);
      await expect(receiver.adopt(ticket)).rejects.toThrow(LockTicketError);
    });

    it('tells the sender of an adoption that came before it could listen', async () => {
      const [sender, receiver] = [lab.manager(), lab.manager()];
      const lock = await sender.acquire(RESOURCE, ONCE);
      await receiver.adopt(await lock.handOver());
      await until(() => lock.signal.aborted, { what: 'the sender hears of it', withinMs: 1_000 });
    });

    it('is not shortened by a renewal that was under way', async () => {
      const locks = lab.manager();
      const lock = await locks.acquire(RESOURCE, { leaseMs: 300, waitMs: 0 });
      await Promise.all([lock.extend(300), lock.handOver({ leaseMs: 20_000 })]);
      await sleep(400);
      expect(await lab.client.pttl(lab.lockKey(RESOURCE))).toBeGreaterThan(15_000);
    });

    it('is refused while a re-entry relies on the lock', async () => {
      const lock = await lab.manager().acquire(RESOURCE, ONCE);
      lock.reenter();
      await expect(lock.handOver()).rejects.toThrow(LockUsageError);
      await expect(lock.releaseAfter(100)).rejects.toThrow(LockUsageError);
    });

    it('can be taken back while nobody has adopted it', async () => {
      const [sender, receiver] = [lab.manager(), lab.manager()];
      const lock = await sender.acquire(RESOURCE, ONCE);
      const ticket = await lock.handOver();
      expect(await lock.release()).toBe(true);
      await expect(receiver.adopt(ticket)).rejects.toThrow(LockTicketError);
    });
  });

  it('releaseAfter leaves the lock to the store for so long, and no longer', async () => {
    const [locks, other] = [lab.manager(), lab.manager()];
    const lock = await locks.acquire(RESOURCE, { ...ONCE, leaseMs: 30_000 });
    expect(await lock.releaseAfter(200)).toBe(true);
    await locks.close();
    expect(await other.tryAcquire(RESOURCE, ONCE)).toBeNull();
    const { tookMs } = await timed(other.acquire(RESOURCE, OPTIONS));
    expect(tookMs).toBeLessThan(2_000);
  });

  it('releaseAll frees what an owner holds, here and elsewhere, and nobody else', async () => {
    const [locks, other] = [lab.manager(), lab.manager()];
    const mine = await locks.acquire('x:a', { ...ONCE, owner: 'till 7' });
    const gone = await other.acquire(['x:b', 'x:c'], { ...ONCE, owner: 'till 7' });
    const theirs = await other.acquire('x:d', { ...ONCE, owner: 'till 8' });
    expect(await locks.releaseAll({ owner: 'till 7' })).toBe(3);
    expect(mine.signal.aborted).toBe(true); // whoever works under it has to know
    expect([await mine.extend(5_000), await gone.extend(5_000), await theirs.extend(5_000)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  describe('retry', () => {
    it('tries so often, with these pauses, and waits in no queue', async () => {
      const holder = lab.manager();
      await holder.acquire(RESOURCE, ONCE);
      const attempts: number[] = [];
      const delayMs = (attempt: number): number => {
        attempts.push(attempt);
        return 10;
      };
      const calls = await lab.countCalls('acquire', async () => {
        const refused = lab.manager().acquire(RESOURCE, { ...OPTIONS, retry: { tries: 3, delayMs } });
        await expect(refused).rejects.toThrow(LockContendedError);
      });
      expect([calls, attempts]).toEqual([3, [1, 2]]);
      expect(await waiters(holder)).toBe(0);
    });

    it('ends with waitMs', async () => {
      await lab.manager().acquire(RESOURCE, ONCE);
      const retry = { tries: 1_000, delayMs: 20 };
      const { error, tookMs } = await timed(lab.manager().acquire(RESOURCE, { ...ONCE, waitMs: 100, retry }));
      expect(error).toBeInstanceOf(LockWaitTimeoutError);
      expect(tookMs).toBeLessThan(1_500);
    });

    it.each([0, 1.5, NaN])('refuses %s tries', async (tries) => {
      const wrong = lab.manager().acquire(RESOURCE, { ...OPTIONS, retry: { tries, delayMs: 10 } });
      await expect(wrong).rejects.toThrow(LockUsageError);
    });
  });

  it('takes the value of the caller for the generated one, and refuses one that is no word', async () => {
    const locks = lab.manager();
    await locks.acquire(RESOURCE, { ...ONCE, value: 'job-4711' });
    expect(await lab.client.get(lab.lockKey(RESOURCE))).toMatch(/^job-4711 /);
    await expect(locks.acquire('x:a', { ...ONCE, value: 'two words' })).rejects.toThrow(LockUsageError);
  });

  it('takes another provider for one call', async () => {
    const other = lab.closeLater(lab.provider({ keyPrefix: `${lab.prefix}other:` }));
    const locks = lab.manager({ providers: { other } });
    await locks.acquire(RESOURCE, ONCE);
    const lock = await locks.acquire(RESOURCE, { ...ONCE, provider: 'other' });
    expect(await lab.client.exists(`${lab.prefix}other:lock:{inventory}:item:1:deduct`)).toBe(1);
    expect(await lock.release()).toBe(true);
    await expect(locks.acquire(RESOURCE, { ...ONCE, provider: 'etcd' })).rejects.toThrow(
      /etcd.*redis, other/,
    );
    const ticket = await (await locks.acquire('x:a', { ...ONCE, provider: 'other' })).handOver();
    expect(await (await locks.adopt(ticket)).release()).toBe(true);
    const same = lab.closeLater(lab.provider());
    expect(() => new LockManager(same, { providers: { redis: other } })).toThrow(LockUsageError);
  });

  it('tells what happens', async () => {
    const [locks, other] = [lab.manager(), lab.manager()];
    const told: string[] = [];
    const names: (keyof LockEventMap)[] = [
      'attempt',
      'acquired',
      'contended',
      'timeout',
      'released',
      'lost',
      'held',
      'waiting',
    ];
    for (const name of names) {
      locks.events.on(name, (event: { count?: number }) => told.push(`${name}${event.count ?? ''}`));
    }
    const lock = await locks.acquire(RESOURCE, { ...ONCE, floor: 7 });
    await lock.release();
    expect(told).toEqual(['attempt', 'waiting1', 'held1', 'acquired', 'waiting-1', 'held-1', 'released']);
    await other.acquire(RESOURCE, ONCE);
    told.length = 0;
    await locks.tryAcquire(RESOURCE, ONCE);
    await locks.acquire(RESOURCE, { ...ONCE, waitMs: 50 }).catch(() => undefined);
    expect(told.filter((name) => !name.startsWith('waiting'))).toEqual([
      'attempt',
      'contended',
      'attempt',
      'timeout',
    ]);
  });

  it('refuses at construction what its provider cannot do, with both named', async () => {
    const provider = lab.closeLater(lab.provider());
    Object.defineProperty(provider, 'abilities', { value: new Set(['distributed']) });
    expect(() => new LockManager(provider, { requires: ['fencing'] })).toThrow(/"redis".*"fencing"/);
    const locks = new LockManager(provider);
    await expect(locks.list()).rejects.toThrow(/"redis".*"inspection"/);
    await expect(locks.acquire(RESOURCE, { ...ONCE, replicaAcks: 1 })).rejects.toThrow(/"replicaAcks"/);
  });
});

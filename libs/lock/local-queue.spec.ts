import { beforeEach, describe, expect, it } from '@jest/globals';
import { LockAbortedError } from './errors.js';
import { LocalQueue } from './local-queue.js';
import { WaitLimit } from './wait-limit.js';

describe('LocalQueue', () => {
  let queue: LocalQueue;
  beforeEach(() => {
    queue = new LocalQueue({ maxWaiting: 10 });
  });

  const limitOf = (resources: string[], signal?: AbortSignal) =>
    new WaitLimit(resources, { waitMs: 0, signal });
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('lets one in front of each line, and the others in their order', async () => {
    const entered: number[] = [];
    const places = [0, 1, 2].map(async (index) => {
      const place = await queue.enter(limitOf(['a']));
      entered.push(index);
      return place;
    });
    await settle();
    expect(entered).toEqual([0]);
    (await places[0])?.leave();
    await settle();
    expect(entered).toEqual([0, 1]);
    (await places[1])?.leave();
    await places[2];
    expect(entered).toEqual([0, 1, 2]);
  });

  it('leaves other resources alone', async () => {
    await queue.enter(limitOf(['a']));
    await expect(queue.enter(limitOf(['b']))).resolves.toBeDefined();
  });

  it('takes several lines or gives those it had entered back', async () => {
    const controller = new AbortController();
    const b = await queue.enter(limitOf(['b']));
    const both = queue.enter(limitOf(['a', 'b'], controller.signal));
    await settle();
    const behind = queue.enter(limitOf(['a']));
    controller.abort();
    await expect(both).rejects.toThrow(LockAbortedError);
    await expect(behind).resolves.toBeDefined();
    b.leave();
    await expect(queue.enter(limitOf(['b']))).resolves.toBeDefined();
  });

  it('passes over a waiter that has gone', async () => {
    const controller = new AbortController();
    const first = await queue.enter(limitOf(['a']));
    const gone = queue.enter(limitOf(['a'], controller.signal));
    const next = queue.enter(limitOf(['a']));
    controller.abort();
    await expect(gone).rejects.toThrow(LockAbortedError);
    first.leave();
    await expect(next).resolves.toBeDefined();
  });

  it('passes the turn on when it comes in the moment in which its waiter goes', async () => {
    const controller = new AbortController();
    const first = await queue.enter(limitOf(['a']));
    const gone = queue.enter(limitOf(['a'], controller.signal));
    const next = queue.enter(limitOf(['a']));
    await settle();
    controller.abort();
    first.leave();
    await expect(gone).rejects.toThrow(LockAbortedError);
    await expect(next).resolves.toBeDefined();
  });

  it('tells whether others wait, and lets nobody past them', async () => {
    const first = await queue.enter(limitOf(['a']));
    const behind = queue.enter(limitOf(['a']));
    await settle();
    expect(queue.isEntered('a')).toBe(true);
    expect(queue.waitingFor('a')).toBe(1);
    expect(queue.tryEnter(['a'])).toBeUndefined();
    first.leave();
    (await behind).leave();
    expect(queue.isEntered('a')).toBe(false);
    expect(queue.tryEnter(['a'])).toBeDefined();
  });
});

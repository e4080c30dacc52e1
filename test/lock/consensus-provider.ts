import { expect, test } from '@jest/globals';
import { LockManager, LockUnavailableError, type LockProvider } from '#lock';
import { granted, type ProviderLab } from './provider-lab.js';
import { sleep, until } from './timing.js';

const PLACE_MS = 2_000;

/** What the providers on a consensus store have in common beyond the conformance cases, at the seam of the provider. */
export function testConsensusProvider<Provider extends Required<Pick<LockProvider, 'list'>> & LockProvider>(
  lab: ProviderLab<{ urls: readonly string[] }, Provider>,
  { url, away }: { url: () => string; away: string },
): void {
  test('an acquisition takes all resources or none, and says which one is in the way', async () => {
    const provider = lab.provider();
    const other = lab.provider();
    await granted(provider, lab.request('b'));
    const refused = await other.acquire(lab.request(['a', 'b', 'c']));
    expect(refused).toMatchObject({ granted: false, resource: 'b' });
    await granted(other, lab.request(['a', 'c']));
  });

  test('an acquisition succeeds again for the same token, with the same fences and time', async () => {
    const [provider, restarted] = [lab.provider(), lab.provider()];
    const request = lab.request(['a', 'b']);
    const first = await granted(provider, request);
    const [before] = await provider.list(1);
    await sleep(20);
    expect(await provider.acquire(request)).toEqual(first);
    expect(await restarted.acquire(request)).toEqual(first);
    const [after] = await provider.list(1);
    expect(after?.acquiredAtMs).toBe(before?.acquiredAtMs);
    expect(after?.expiresAtMs).toBeGreaterThan((before?.expiresAtMs ?? 0) + 15);
  });

  test('a fence is above the last one of another process, the floor, and the clock in microseconds', async () => {
    const [one, other] = [lab.provider(), lab.provider()];
    const floor = (Date.now() + 3_600_000) * 1_000; // of a process whose clock is an hour ahead
    const request = lab.request('a', { floors: [floor] });
    const [first = 0] = (await granted(one, request)).fences;
    expect(first).toBe(floor);
    await one.release(request);
    const [second = 0] = (await granted(other, lab.request('a'))).fences;
    expect(second).toBe(floor + 1);
    const [elsewhere = 0] = (await granted(other, lab.request('b'))).fences;
    expect(Math.abs(elsewhere / 1_000 - Date.now())).toBeLessThan(10_000);
  });

  test('of some each is asked for by itself, however many', async () => {
    const locks = new LockManager(lab.provider());
    const names = Array.from({ length: 40 }, (_, index) => `item:${index}`);
    const { granted: all } = await locks.tryAcquireSome(names, { leaseMs: 5_000, waitMs: 0 });
    expect(all.size).toBe(40);
    await locks.close();
  });

  test('who waits is woken alone, in order', async () => {
    const holder = lab.provider();
    const held = lab.request('a');
    await granted(holder, held);
    const waiting = [lab.provider(), lab.provider(), lab.provider()].map((provider) => {
      const request = lab.request('a', { placeMs: PLACE_MS });
      return { provider, request, heard: lab.hear(provider, request) };
    });
    for (const { provider, request } of waiting)
      expect((await provider.acquire(request)).granted).toBe(false);
    await holder.release(held);
    const [first, second, third] = waiting;
    if (!first || !second || !third) throw new Error('three wait');
    await until(() => first.heard.length > 0, { what: 'the first is told' });
    await sleep(200);
    expect([first.heard, second.heard, third.heard]).toEqual([[{ look: true }], [], []]);
    expect((await second.provider.acquire(second.request)).granted).toBe(false);
    expect((await lab.provider().acquire(lab.request('a'))).granted).toBe(false); // it is the first one's turn
    await granted(first.provider, first.request);
  });

  test('who waits for several goes before whoever came later for one of them', async () => {
    const [holder, both, later] = [lab.provider(), lab.provider(), lab.provider()];
    const held = lab.request('b');
    await granted(holder, held);
    const several = lab.request(['a', 'b'], { placeMs: PLACE_MS });
    expect((await both.acquire(several)).granted).toBe(false);
    expect((await later.acquire(lab.request('a'))).granted).toBe(false);
    await holder.release(held);
    await granted(both, several);
  });

  test('who gives up waiting leaves nothing behind', async () => {
    const [holder, other] = [lab.provider(), lab.provider()];
    const held = lab.request('b');
    await granted(holder, held);
    const several = lab.request(['a', 'b'], { placeMs: PLACE_MS });
    await other.acquire(several);
    expect(await other.release(several)).toBe(false);
    await granted(holder, lab.request('a'));
  });

  test('a permit that is given back wakes the first who waits, whosever it was', async () => {
    const [one, other, first, second] = [lab.provider(), lab.provider(), lab.provider(), lab.provider()];
    const permit = (placeMs = 0) => lab.request('a', { permits: 2, placeMs });
    const [older, newer] = [permit(), permit()];
    await granted(one, older);
    await granted(other, newer);
    const [next, last] = [permit(PLACE_MS), permit(PLACE_MS)];
    const [nextHeard, lastHeard] = [lab.hear(first, next), lab.hear(second, last)];
    expect((await first.acquire(next)).granted).toBe(false);
    expect((await second.acquire(last)).granted).toBe(false);
    await one.release(older);
    await until(() => nextHeard.length > 0, { what: 'the first is told' });
    expect(lastHeard).toEqual([]);
    expect((await second.acquire(last)).granted).toBe(false); // it is the first one's turn
    await granted(first, next);
    expect((await second.acquire(last)).granted).toBe(false);
    lastHeard.length = 0;
    await other.release(newer);
    await until(() => lastHeard.length > 0, { what: 'the second is told' });
    await granted(second, last);
  });

  test('of many who ask at once, and do not wait, no more have a permit than there are', async () => {
    const providers = Array.from({ length: 8 }, () => lab.provider());
    for (let time = 0; time < 10; time += 1) {
      const first = lab.request('a', { permits: 3 });
      await granted(lab.provider(), first);
      const asked = providers.map((provider) => ({ provider, request: lab.request('a', { permits: 3 }) }));
      const answers = await Promise.all(asked.map(({ provider, request }) => provider.acquire(request)));
      const count = answers.filter((answer) => answer.granted).length;
      expect(count).toBeLessThanOrEqual(2);
      expect(count).toBeGreaterThan(0);
      for (const { provider, request } of asked) await provider.release(request);
      await lab.provider().release(first);
    }
  });

  test('a writer waits for each of the readers', async () => {
    const [one, other, writer] = [lab.provider(), lab.provider(), lab.provider()];
    const reader = () => lab.request('a', { permits: Infinity });
    const [older, newer] = [reader(), reader()];
    await granted(one, older);
    await granted(other, newer);
    const alone = lab.request('a', { placeMs: PLACE_MS });
    const heard = lab.hear(writer, alone);
    expect((await writer.acquire(alone)).granted).toBe(false);
    await other.release(newer);
    expect((await writer.acquire(alone)).granted).toBe(false);
    heard.length = 0;
    await one.release(older);
    await until(() => heard.length > 0, { what: 'the writer is told' });
    await granted(writer, alone);
  });

  test('a permit ends with its own lease, however often its lock is written for others', async () => {
    const [one, other] = [lab.provider(), lab.provider()];
    const [short, long] = [500, 10_000].map((leaseMs) => lab.request('a', { permits: 2, leaseMs }));
    if (!short || !long) throw new Error('there are two');
    await granted(one, short);
    await granted(other, long);
    for (let time = 0; time < 4; time += 1) {
      await sleep(100);
      expect(await other.extend(long, 10_000)).toEqual({ held: true, contended: false });
    }
    await sleep(200);
    expect((await one.extend(short, 10_000)).held).toBe(false);
    await granted(other, lab.request('a', { permits: 2 }));
  });

  test('those who share are listed, each with its fence', async () => {
    const [one, other, waits] = [lab.provider(), lab.provider(), lab.provider()];
    const requests = [one, other].map(() => lab.request('a', { permits: 3 }));
    const fences: number[] = [];
    for (const [index, provider] of [one, other].entries()) {
      const { fences: got } = await granted(provider, requests[index] ?? lab.request('a'));
      fences.push(...got);
    }
    expect((await waits.acquire(lab.request('a', { placeMs: PLACE_MS }))).granted).toBe(false);
    expect(await waits.list(10)).toEqual(
      requests.map(({ token }, index) =>
        expect.objectContaining({ resource: 'a', token, permits: 3, fence: fences[index], waiters: 1 }),
      ),
    );
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
  });

  test('a lease is one however often it is made longer and shorter, by whichever process', async () => {
    const [provider, other] = [lab.provider(), lab.provider()];
    const request = lab.request('a', { leaseMs: 1_000 });
    await granted(provider, request);
    for (const leaseMs of [30_000, 500, 20_000]) {
      expect(await provider.extend(request, leaseMs)).toEqual({ held: true, contended: false });
    }
    expect(await other.extend(request, 20_000)).toEqual({ held: true, contended: false });
    expect(await provider.extend(request, 20_000)).toEqual({ held: true, contended: false });
    expect(await other.release(request)).toBe(true);
    expect(await provider.extend(request, 20_000)).toEqual({ held: false, contended: false });
  });

  test('servers are asked in turn until one answers', async () => {
    const provider = lab.provider({ urls: [away, url()] });
    const request = lab.request('a');
    await granted(provider, request);
    expect(await provider.release(request)).toBe(true);
  });

  test('servers that are all away: unavailable, and nothing was sent', async () => {
    const provider = lab.provider({ urls: [away] });
    const error: unknown = await provider.acquire(lab.request('a')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(error).toMatchObject({ outcome: 'none' });
  });
}

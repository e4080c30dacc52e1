import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimEvent } from '#lock';
import { LockUsageError } from '../../../libs/lock/errors.js';
import { DRAIN_MS, ModelLab, TERMS, TIMEOUT_MS, TRUST_MS } from './model-lab.js';

const LEASE_MS = TERMS.maxLeaseMs;

describe('the degradation chain', () => {
  let lab: ModelLab;
  beforeEach(() => {
    lab = new ModelLab();
    lab.clock.install();
  });
  afterEach(() => lab.clock.uninstall());

  it('bears the names of both, has the abilities of both, and keeps its own resources', () => {
    const { chain } = lab.process();
    expect(chain.name).toBe('primary→fallback');
    expect(chain.abilities.has('fencing')).toBe(true);
    expect(chain.abilities.has('inspection')).toBe(false);
    expect(() => chain.check(['stock:a', 'lock-chain:degraded'])).toThrow(LockUsageError);
  });

  it('refuses a lease that would outlast the drain', async () => {
    const { chain } = lab.process();
    const request = lab.request('stock:a', { leaseMs: LEASE_MS + 1 });
    const placed = lab.request('stock:a', { leaseMs: 10, placeMs: LEASE_MS + 1 });
    await expect(chain.acquire(request)).rejects.toThrow(LockUsageError);
    await expect(chain.acquire(placed)).rejects.toThrow(LockUsageError);
    await expect(chain.acquireSome([placed])).rejects.toThrow(LockUsageError);
    await expect(chain.extend(request, LEASE_MS + 1)).rejects.toThrow(LockUsageError);
    await expect(chain.adopt(request, request)).rejects.toThrow(LockUsageError);
  });

  it('[case 34] grants nothing from the announcement until every lease of the primary has run out', async () => {
    const a = lab.process();
    await lab.degrade(a);
    const announcedAt = lab.clock.now;
    for (;;) {
      expect(lab.clock.now - announcedAt).toBeLessThan(5 * DRAIN_MS);
      const word = await lab.outcome(a.chain.acquire(lab.request('stock:a')));
      if (word === 'granted') break;
      expect(word).toMatch(/may last for another \d+ ms/);
      await lab.clock.runFor(9);
    }
    expect(lab.clock.now - announcedAt).toBeGreaterThan(DRAIN_MS - TIMEOUT_MS);
    expect(lab.clock.now - announcedAt).toBeLessThan(DRAIN_MS + 50);
    expect(a.states).toEqual(['draining', 'fallback']);
  });

  it('[case 34] outlasts a lease that was granted on the oldest reading that is still trusted', async () => {
    const [a, b] = [lab.process(), lab.process()];
    const readAt = lab.clock.now;
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:other')))).toBe('granted'); // reads the marker
    b.fallback.faults.cut = true;
    await lab.degrade(a);
    await lab.clock.runFor(readAt + TRUST_MS - 5 - lab.clock.now);
    const sentAt = lab.clock.now;
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:a')))).toBe('granted');
    let grantedAt = 0;
    while (grantedAt === 0) {
      expect(lab.clock.now).toBeLessThan(5 * DRAIN_MS);
      if ((await lab.outcome(a.chain.acquire(lab.request('stock:a')))) === 'granted')
        grantedAt = lab.clock.now;
    }
    expect(grantedAt).toBeGreaterThanOrEqual(sentAt + LEASE_MS);
  });

  it('[case 34] does not ask the primary alone when it cannot know whether others have degraded', async () => {
    const [a, b] = [lab.process(), lab.process()];
    const held = lab.request('stock:a');
    expect(await lab.outcome(b.chain.acquire(held))).toBe('granted');
    b.fallback.faults.cut = true;
    await lab.clock.runFor(TRUST_MS + 1);
    const asked = b.primary.asked;
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:b')))).toMatch(/nobody knows/);
    expect(await lab.outcome(b.chain.extend(held, LEASE_MS))).toMatch(/nobody knows/);
    expect(b.primary.asked).toBe(asked);
    b.fallback.faults.cut = false;
    expect(await lab.outcome(b.chain.extend(held, LEASE_MS))).toBe('held');
    expect(a.states).toEqual([]);
  });

  it('asks nobody while nothing uses it, and looks before it trusts the primary again', async () => {
    const [a, b] = [lab.process(), lab.process()];
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:other')))).toBe('granted');
    const asked = b.fallback.asked;
    await lab.clock.runFor(60_000);
    expect(b.fallback.asked).toBe(asked);
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:a')))).toBe('granted');
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:a')))).toBe('refused');
  });

  it('[case 34] lets a process that still reaches the primary go on, and excludes either from the other', async () => {
    const [a, b] = [lab.process(), lab.process()];
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:other')))).toBe('granted');
    await lab.degrade(a);
    const early = lab.request('stock:early');
    for (let passedMs = 0; passedMs < DRAIN_MS + 200; passedMs += 50) {
      const claim = lab.request('stock:b');
      expect(await lab.outcome(b.chain.acquire(claim))).toBe('granted'); // never a gap
      if (passedMs === 500) expect(await lab.outcome(b.chain.acquire(early))).toBe('granted');
      expect(await lab.outcome(b.chain.release(claim))).toBe('true');
      await lab.clock.runFor(48);
    }
    expect(b.states).toEqual(['returning']);
    const ofA = lab.request('stock:a');
    expect(await lab.outcome(a.chain.acquire(ofA))).toBe('granted');
    expect(await lab.outcome(b.chain.acquire(lab.request('stock:a')))).toBe('refused');
    const ofB = lab.request('stock:c');
    expect(await lab.outcome(b.chain.acquire(ofB))).toBe('granted');
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:c')))).toBe('refused');
  });

  it('[case 34] keeps a lock that is renewed through the degradation of another process, and through its return', async () => {
    const [a, b] = [lab.process(), lab.process()];
    const held = lab.request('stock:a');
    expect(await lab.outcome(b.chain.acquire(held))).toBe('granted');
    await lab.degrade(a);
    for (let passedMs = 0; passedMs < 10_000; passedMs += 200) {
      await lab.clock.runFor(200);
      expect(await lab.outcome(b.chain.extend(held, LEASE_MS))).toBe('held');
      expect(await lab.outcome(a.chain.acquire(lab.request('stock:a')))).not.toBe('granted');
      if (passedMs === 5_000) a.primary.faults.cut = false;
    }
    expect(a.states).toEqual(['draining', 'fallback', 'returning', 'primary']);
    expect(b.states).toEqual(['returning', 'primary']);
  });

  it('[case 34] keeps a lock of the fallback that is renewed through the return, and excludes all others', async () => {
    const [a, b] = [lab.process(), lab.process()];
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    const held = lab.request('stock:a');
    expect(await lab.outcome(a.chain.acquire(held))).toBe('granted');
    a.primary.faults.cut = false;
    for (let passedMs = 0; passedMs < 5_000; passedMs += 200) {
      await lab.clock.runFor(200);
      expect(await lab.outcome(a.chain.extend(held, LEASE_MS))).toBe('held');
      expect(await lab.outcome(b.chain.acquire(lab.request('stock:a')))).toBe('refused');
    }
    expect([a.chain.state, b.chain.state]).toEqual(['primary', 'primary']);
    expect(await lab.outcome(a.chain.release(held))).toBe('true');
  });

  it('does not leave the primary for one call that failed, when the primary answers', async () => {
    const a = lab.process();
    a.primary.special.set('extend', 'request lost');
    const held = lab.request('stock:a');
    expect(await lab.outcome(a.chain.acquire(held))).toBe('granted');
    expect(await lab.outcome(a.chain.extend(held, LEASE_MS))).toMatch(/did not answer/);
    await lab.clock.runFor(1_000);
    expect(a.states).toEqual([]);
  });

  it('degrades within one probe of the first failure, and says so while neither store answers', async () => {
    const a = lab.process();
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:a')))).toBe('granted');
    for (const link of [a.primary, a.fallback]) link.faults.cut = true;
    const startedAt = lab.clock.now;
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:b')))).toMatch(/primary did not answer/);
    await lab.clock.runFor(2 * TIMEOUT_MS);
    expect(a.states).toEqual(['draining']);
    expect(lab.clock.now - startedAt).toBeLessThan(4 * TIMEOUT_MS);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:b')))).toMatch(
      /and so is the fallback store/,
    );
  });

  it('[case 34] grants nothing at the fallback for longer than its own marker is known to last', async () => {
    const [a, b] = [lab.process(), lab.process()];
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    a.fallback.special.set('announce', 'request lost');
    await lab.clock.runFor(6 * TERMS.pollMs);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:a')))).toMatch(/does not confirm in time/);
    const brief = lab.request('stock:a', { leaseMs: LEASE_MS / 4 });
    expect(await lab.outcome(a.chain.acquire(brief))).toBe('granted');
    const grantedAt = lab.clock.now;
    for (let word = ''; word !== 'granted' || b.chain.state !== 'primary';) {
      word = await lab.outcome(b.chain.acquire(lab.request('stock:b', { leaseMs: 1 })));
    }
    expect(lab.clock.now).toBeGreaterThanOrEqual(grantedAt + LEASE_MS / 4);
  });

  it('[case 34] drains anew when its marker may have lapsed', async () => {
    const a = lab.process();
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:a')))).toBe('granted');
    a.fallback.faults.cut = true;
    await lab.clock.runFor(2 * LEASE_MS);
    a.fallback.faults.cut = false;
    await lab.clock.runFor(TERMS.pollMs + TIMEOUT_MS);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:b')))).toMatch(/may last for another/);
    await lab.clock.runFor(DRAIN_MS);
    expect(await lab.outcome(a.chain.acquire(lab.request('stock:b')))).toBe('granted');
  });

  it('goes back to the fallback without another drain when the primary fails again soon', async () => {
    const a = lab.process();
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    a.primary.faults.cut = false;
    await lab.clock.runFor(3 * TERMS.pollMs);
    expect(a.chain.state).toBe('returning');
    a.primary.faults.cut = true;
    const claim = lab.request('stock:a');
    expect(await lab.outcome(a.chain.acquire(claim))).toMatch(/did not answer/);
    await lab.clock.runFor(2 * TIMEOUT_MS);
    expect(await lab.outcome(a.chain.acquire(claim))).toBe('granted');
    expect(a.chain.state).toBe('fallback');
  });

  describe('where both stores are asked', () => {
    async function returning() {
      const [degraded, both] = [lab.process(), lab.process()];
      await lab.degrade(degraded);
      await lab.clock.runFor(DRAIN_MS);
      await lab.outcome(both.chain.acquire(lab.request('stock:first', { leaseMs: 1 })));
      expect(both.chain.state).toBe('returning');
      return { degraded, both };
    }

    it('leaves nothing at the fallback when the primary refuses', async () => {
      const { degraded, both } = await returning();
      lab.primary.acquire(lab.request('stock:a'));
      expect(await lab.outcome(both.chain.acquire(lab.request('stock:a')))).toBe('refused');
      expect(await lab.outcome(degraded.chain.acquire(lab.request('stock:a')))).toBe('granted');
    });

    it('says that its outcome is unknown when only the fallback has granted', async () => {
      const { both } = await returning();
      both.primary.faults.cut = true;
      both.primary.outcome = 'none';
      const claim = lab.request('stock:a');
      const error = both.chain.acquire(claim).catch((reason: unknown) => reason);
      await lab.clock.runFor(2 * TIMEOUT_MS);
      expect(await error).toMatchObject({ outcome: 'unknown' }); // so that the caller gives it back
      expect(lab.fallback.holder('stock:a')?.token).toBe(claim.token);
    });

    it('uses no token again whose release may still be applied', async () => {
      const { degraded, both } = await returning();
      const stale = lab.request('stock:a', { leaseMs: 50 });
      lab.primary.acquire(stale);
      both.fallback.special.set('release', { lateMs: 120 });
      const claim = lab.request('stock:a');
      expect(await lab.outcome(both.chain.acquire(claim))).toMatch(/did not answer/);
      await lab.clock.runFor(40); // the stale lease has ended; the release is still under way
      const again = await lab.outcome(both.chain.acquire(claim));
      await lab.clock.runFor(150);
      const other = await lab.outcome(degraded.chain.acquire(lab.request('stock:a')));
      expect([again, other].filter((word) => word === 'granted').length).toBeLessThan(2);
      expect(again).toMatch(/given back/);
    });

    it('[case 16] does not bring a lock back to life that is released while it is taken on the other side', async () => {
      const [degraded, both] = [lab.process(), lab.process()];
      const held = lab.request('stock:a');
      expect(await lab.outcome(both.chain.acquire(held))).toBe('granted');
      await lab.degrade(degraded);
      await lab.clock.runFor(TRUST_MS);
      await lab.outcome(both.chain.acquire(lab.request('stock:first')));
      expect(both.chain.state).toBe('returning');
      both.fallback.special.set('acquire', { lateMs: 10 });
      const extension = both.chain.extend(held, LEASE_MS).catch(() => undefined);
      await lab.clock.runFor(5);
      expect(await lab.outcome(both.chain.release(held))).toBe('true');
      await extension;
      await lab.clock.runFor(50);
      expect([lab.primary.holder('stock:a'), lab.fallback.holder('stock:a')]).toEqual([undefined, undefined]);
    });

    it('passes on what one store grants by itself as a reason to look, and a grant needs both', async () => {
      const { degraded, both } = await returning();
      const ofA = lab.request('stock:a');
      expect(await lab.outcome(degraded.chain.acquire(ofA))).toBe('granted');
      const waiting = lab.request('stock:a', { placeMs: 600 });
      const events: ClaimEvent[] = [];
      both.chain.watch(waiting, (event) => events.push(event));
      expect(await lab.outcome(both.chain.acquire(waiting))).toBe('refused');
      const stale = lab.request('stock:a', { leaseMs: 300 });
      lab.primary.acquire(stale);
      expect(await lab.outcome(degraded.chain.release(ofA))).toBe('true');
      await lab.clock.runFor(5);
      expect(events).toEqual([{ look: true }]);
      expect(await lab.outcome(both.chain.acquire(waiting))).toBe('refused');
      await lab.clock.runFor(300);
      expect(await lab.outcome(both.chain.acquire(waiting))).toBe('granted');
    });

    it('passes on a grant of the only store that was asked', async () => {
      const { degraded } = await returning();
      const ofA = lab.request('stock:a');
      expect(await lab.outcome(degraded.chain.acquire(ofA))).toBe('granted');
      const waiting = lab.request('stock:a', { placeMs: 600 });
      const events: ClaimEvent[] = [];
      degraded.chain.watch(waiting, (event) => events.push(event));
      expect(await lab.outcome(degraded.chain.acquire(waiting))).toBe('refused');
      expect(await lab.outcome(degraded.chain.release(ofA))).toBe('true');
      await lab.clock.runFor(5);
      expect(events).toEqual([{ granted: true, fences: [expect.any(Number)] }]);
      expect(await lab.outcome(degraded.chain.extend(waiting, LEASE_MS))).toBe('held');
    });

    it.each(['primary', 'fallback', 'both'] as const)(
      '[case 29] hands over what is held at %s, and the successor holds both',
      async (where) => {
        const { degraded, both } = await returning();
        const held = lab.request('stock:a');
        if (where === 'primary') lab.primary.acquire(held);
        else
          expect(await lab.outcome((where === 'both' ? both : degraded).chain.acquire(held))).toBe('granted');
        const successor = lab.request('stock:a');
        expect(await lab.outcome(both.chain.adopt(held, successor))).toBe('granted');
        expect(lab.primary.holder('stock:a')?.token).toBe(successor.token);
        expect(lab.fallback.holder('stock:a')?.token).toBe(successor.token);
        expect(await lab.outcome(both.chain.adopt(held, lab.request('stock:a')))).toBe('undefined');
        expect(await lab.outcome(both.chain.extend(successor, LEASE_MS))).toBe('held');
      },
    );
  });

  it('[case 20] fences grow through the fallback and back, though the clock of either store is behind', async () => {
    const a = lab.process();
    const fences: number[] = [];
    const grant = async (): Promise<void> => {
      const claim = lab.request('stock:a', { leaseMs: 50 });
      let answer: unknown;
      await lab.outcome(a.chain.acquire(claim).then((given) => (answer = given)));
      fences.push((answer as { fences: number[] }).fences[0] ?? 0);
      await lab.outcome(a.chain.release(claim));
    };
    lab.primary.acquire(lab.request('stock:a', { floors: [9e9], leaseMs: 1 })); // far ahead of the fallback's clock
    await lab.clock.runFor(2);
    await grant();
    await lab.degrade(a);
    await lab.clock.runFor(DRAIN_MS);
    await grant();
    lab.fallback.acquire(lab.request('stock:a', { floors: [18e9], leaseMs: 1 })); // and now the other way round
    await lab.clock.runFor(2);
    await grant();
    a.primary.faults.cut = false;
    await lab.clock.runFor(3 * TERMS.pollMs);
    expect(a.chain.state).toBe('returning');
    await grant();
    await lab.clock.runFor(2 * LEASE_MS);
    expect(a.chain.state).toBe('primary');
    await grant();
    expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other));
    expect(fences).toHaveLength(5);
  });

  it('keeps shared values in the store that is in use', async () => {
    const a = lab.process();
    const get = async (): Promise<string | undefined> => {
      let found: { value: string } | undefined;
      await lab.outcome(Promise.resolve(a.chain.values?.get('key').then((value) => (found = value))));
      return found?.value;
    };
    await lab.outcome(Promise.resolve(a.chain.values?.set('key', 'one', 60_000)));
    expect(await get()).toBe('one');
    await lab.degrade(a);
    expect(await get()).toBeUndefined();
    await lab.outcome(Promise.resolve(a.chain.values?.set('key', 'two', 60_000)));
    expect(await get()).toBe('two');
    a.primary.faults.cut = false;
    await lab.clock.runFor(2 * TERMS.pollMs);
    expect(await get()).toBe('one');
    await lab.outcome(Promise.resolve(a.chain.values?.delete('key')));
    expect([lab.primary.get('key'), lab.fallback.get('key')]).toEqual([undefined, undefined]);
  });

  it('ends its timers when it closes', async () => {
    const a = lab.process();
    await lab.degrade(a);
    await a.chain.close();
    await lab.clock.runFor(1_000);
    const asked = a.fallback.asked + a.primary.asked;
    await lab.clock.runFor(60_000);
    expect(a.fallback.asked + a.primary.asked).toBe(asked);
    expect(lab.clock.pending).toBe(0);
    await expect(a.chain.acquire(lab.request('stock:a'))).rejects.toThrow(/closed/);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LockRequest } from '#lock';
import type { RedisLockProvider } from '#lock/redis';
import { countCalls } from '../redis-monitor.js';
import { Lab, until } from '../lab.js';

describe('what is asked of many locks in one turn of the event loop', () => {
  let lab: Lab;
  let provider: RedisLockProvider;
  beforeAll(async () => (lab = await Lab.open()));
  beforeEach(() => {
    provider = lab.closeLater(lab.provider());
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const request = (resource: string, given: Partial<LockRequest> = {}): LockRequest => ({
    resources: [resource],
    token: `token:${resource}`,
    owner: 'a test',
    leaseMs: 10_000,
    floors: [0],
    placeMs: 0,
    replicaAcks: 0,
    ...given,
  });
  const items = (count: number): LockRequest[] =>
    Array.from({ length: count }, (_, index) => request(`inventory:item:${index}:deduct`));
  const holders = async (): Promise<string[]> =>
    (await provider.list(1_000)).map(({ token }) => token).sort();
  const tokensOf = (claims: readonly LockRequest[]) => claims.map(({ token }) => token).sort();
  const expiryOf = ({ resources: [resource = ''] }: LockRequest) => lab.client.pttl(lab.lockKey(resource));

  it('renews each of its own claim, and says of each whether it was held and whether others wait', async () => {
    const [first, second, third] = items(3) as [LockRequest, LockRequest, LockRequest];
    await provider.acquireSome([first, second]);
    await provider.acquire(request('inventory:item:1:deduct', { token: 'waiter', placeMs: 2_000 }));
    await provider.acquire({ ...third, token: 'another' });
    expect(
      await Promise.all([
        provider.extend(first, 60_000),
        provider.extend(second, 20_000),
        provider.extend(third, 60_000),
      ]),
    ).toEqual([
      { held: true, contended: false },
      { held: true, contended: true },
      { held: false, contended: false },
    ]);
    expect(await expiryOf(first)).toBeGreaterThan(50_000);
    expect(await expiryOf(second)).toBeLessThan(20_001);
    expect(await expiryOf(third)).toBeLessThan(10_001);
  });

  it('releases each of its own claim, and nothing of another', async () => {
    const claims = items(3);
    const [first, second, third] = claims as [LockRequest, LockRequest, LockRequest];
    await provider.acquireSome([first, second]);
    await provider.acquire({ ...third, token: 'another' });
    expect(await Promise.all(claims.map((claim) => provider.release(claim)))).toEqual([true, true, false]);
    expect(await holders()).toEqual(['another']);
  });

  it('hands each on to the first in its queue, in this process and in another', async () => {
    const claims = items(2);
    const [here, there] = claims as [LockRequest, LockRequest];
    const other = lab.closeLater(lab.provider());
    await provider.acquireSome(claims);
    const told: string[] = [];
    const waiting = [
      { in: provider, claim: { ...here, token: 'here', placeMs: 2_000 } },
      { in: other, claim: { ...there, token: 'there', placeMs: 2_000 } },
    ];
    for (const { in: asked, claim } of waiting) {
      asked.watch(claim, (event) => 'granted' in event && told.push(claim.token));
      await asked.acquire(claim);
    }
    await Promise.all(claims.map((claim) => provider.release(claim)));
    expect(await holders()).toEqual(['here', 'there']);
    expect(told).toContain('here');
  });

  it('is one command for hundreds, and a few for more than a script should take on', async () => {
    const claims = items(600);
    await provider.acquireSome(claims);
    await Promise.all(claims.slice(0, 2).map((claim) => provider.extend(claim, 10_000))); // shows Redis the script
    const extensions = () => Promise.all(claims.map((claim) => provider.extend(claim, 10_000)));
    expect(await countCalls([lab.client], 'extendSome', extensions)).toBe(3);
    const releases = () => Promise.all(claims.map((claim) => provider.release(claim)));
    expect(await countCalls([lab.client], 'releaseSome', releases)).toBeLessThanOrEqual(4); // the first is shown it
    expect(await holders()).toEqual([]);
  });

  it('is asked of Redis in the order in which it was asked', async () => {
    const claims = items(3);
    await provider.acquireSome(claims);
    const heirs = claims.map((claim) => ({ ...claim, token: `heir:${claim.token}` }));
    const outcomes = await Promise.all([
      ...claims.map((claim) => provider.extend(claim, 5_000)),
      ...claims.map((claim) => provider.release(claim)),
      provider.acquireSome(heirs),
    ]);
    expect(outcomes.slice(0, 3)).toEqual(claims.map(() => ({ held: true, contended: false })));
    expect(outcomes.slice(3, 6)).toEqual([true, true, true]);
    expect(await holders()).toEqual(tokensOf(heirs));
  });

  it('is one command for each kind of question', async () => {
    const [renewed, released] = items(2) as [LockRequest, LockRequest];
    await provider.acquireSome([renewed, released]);
    await Promise.all([provider.extend(renewed, 10_000), provider.release(released)]);
    expect(await holders()).toEqual([renewed.token]);
  });

  it('never names one lock twice: each is asked of it as it is after the one before', async () => {
    const [holder] = items(1) as [LockRequest];
    const heir = { ...holder, token: 'heir', placeMs: 2_000 };
    await provider.acquire(holder);
    await provider.acquire(heir);
    const [, other] = items(2) as [LockRequest, LockRequest];
    expect(
      await Promise.all([provider.release(holder), provider.release(other), provider.release(heir)]),
    ).toEqual([true, false, true]);
    expect(await holders()).toEqual([]);
  });

  it('names locks of one hash tag, so that a Cluster takes it', async () => {
    const claims = ['a', 'b'].flatMap((tag) => [request(`${tag}:1`), request(`${tag}:2`)]);
    for (const claim of claims) await provider.acquire(claim);
    await Promise.all(claims.slice(0, 2).map((claim) => provider.extend(claim, 10_000)));
    const extensions = () => Promise.all(claims.map((claim) => provider.extend(claim, 10_000)));
    expect(await countCalls([lab.client], 'extendSome', extensions)).toBe(2);
  });

  it('is asked of each alone where Redis refuses it for all', async () => {
    const [broken, sound] = items(2) as [LockRequest, LockRequest];
    await provider.acquireSome([broken, sound]);
    const lock = lab.lockKey('inventory:item:0:deduct');
    await lab.client.set(lock.replace('lock:', 'fence:'), '1 1'); // as if somebody waited
    await lab.client.set(lock.replace('lock:', 'queue:'), 'no queue');
    const outcomes = await Promise.allSettled([
      provider.extend(broken, 60_000),
      provider.extend(sound, 60_000),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { resources: broken.resources, outcome: 'none' } },
      { status: 'fulfilled', value: { held: true } },
    ]);
  });

  it('goes out before the connection is closed', async () => {
    const [claim, other] = items(2) as [LockRequest, LockRequest];
    const leaving = lab.provider();
    await leaving.acquireSome([claim, other]);
    const releases = Promise.allSettled([leaving.release(claim), leaving.release(other)]);
    await Promise.all([leaving.close(), releases]);
    await until(async () => (await holders()).length === 0, { what: 'Redis has released them' });
  });

  it('fails each for itself', async () => {
    const claims = items(2);
    await provider.close();
    const outcomes = await Promise.allSettled(claims.map((claim) => provider.release(claim)));
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { resources: claims[index]?.resources } });
    }
  });
});

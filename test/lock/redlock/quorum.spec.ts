import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startRedis } from '#local';
import { LockUnavailableError, LockUsageError } from '../../../libs/lock/errors.js';
import { RedlockProvider } from '../../../libs/lock/providers/redlock/redlock-provider.js';
import { connected, RedlockLab, request, sleep, timed, until } from './redlock-lab.js';

const RESOURCE = 'item:1';
const NODE_TIMEOUT_MS = 250;
/** For what a busy machine adds. */
const SLACK_MS = 150;

describe('a quorum of five Redis nodes', () => {
  let lab: RedlockLab;
  beforeAll(async () => {
    lab = await RedlockLab.open();
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const isClean = () =>
    until(
      async () => (await lab.keys()).filter((key) => !key.endsWith('warm-up')).length === 0,
      'no key stays',
    );

  it('excludes, and answers a refusal with a time to poll', async () => {
    const [one, two] = [await connected(lab.provider()), await connected(lab.provider())];
    expect(await one.acquire(request('one'))).toEqual({ granted: true, fences: [] });
    const refusal = await two.acquire(request('two'));
    expect(refusal).toMatchObject({ granted: false, resource: RESOURCE });
    if (refusal.granted) return;
    expect(refusal.remainingMs).toBeGreaterThanOrEqual(20);
    expect(refusal.remainingMs).toBeLessThanOrEqual(50);
    expect(await one.release(request('one'))).toBe(true);
    expect(await two.acquire(request('two'))).toMatchObject({ granted: true });
  });

  it('never has two holders, however many contend, and all of them get their turn', async () => {
    let inside = 0;
    let done = 0;
    const contender = async (provider: RedlockProvider, name: string): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        const claim = request(`${name}-${round}`);
        for (;;) {
          const answer = await provider.acquire(claim);
          if (answer.granted) break;
          await sleep(answer.remainingMs);
        }
        expect((inside += 1)).toBe(1);
        await sleep(1);
        inside -= 1;
        expect(await provider.release(claim)).toBe(true);
        done += 1;
      }
    };
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => contender(lab.provider(), `contender-${index}`)),
    );
    expect(done).toBe(30);
    await isClean();
  });

  it('[case 02] is neither extended nor released by a foreign token', async () => {
    const [one, two] = [await connected(lab.provider()), await connected(lab.provider())];
    await one.acquire(request('one', { leaseMs: 30_000 }));
    await lab.heldEverywhere(RESOURCE, 'one');
    expect(await two.extend({ resources: [RESOURCE], token: 'two' }, 60_000)).toEqual({
      held: false,
      contended: false,
    });
    expect(await two.release({ resources: [RESOURCE], token: 'two' })).toBe(false);
    expect(await lab.holders(RESOURCE)).toEqual(['one', 'one', 'one', 'one', 'one']);
    for (const lifeMs of await lab.lives(RESOURCE)) expect(lifeMs).toBeLessThan(31_000);
  });

  it('[case 07] grants to the same token again, with a new lease', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(request('one', { leaseMs: 1_000 }));
    expect(await provider.acquire(request('one'))).toMatchObject({ granted: true });
    await lab.heldEverywhere(RESOURCE, 'one', 29_000);
    expect(await provider.release(request('one'))).toBe(true);
    await isClean();
  });

  it('[case 07] grants to the same token after all replies of its first attempt were lost', async () => {
    const { proxies, urls } = await lab.proxies();
    const provider = await connected(lab.provider({ urls }));
    for (const proxy of proxies) proxy.loseAnswerTo('one some owner', { reaches: true });
    const { error } = await timed(provider.acquire(request('one')));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).outcome).toBe('unknown');
    let granted = false;
    await until(async () => {
      granted = await provider.acquire(request('one')).then(
        (answer) => answer.granted,
        () => false,
      );
      return granted;
    }, 'it is granted');
    await sleep(300); // what is still owed for the first attempt must not take it away
    expect((await lab.holders(RESOURCE)).filter((token) => token === 'one').length).toBeGreaterThanOrEqual(3);
    expect(await provider.release(request('one'))).toBe(true);
    await isClean();
  });

  it('[case 08] does not grant what is over when the answers come, and releases it everywhere', async () => {
    const { proxies, urls } = await lab.proxies();
    const provider = await connected(lab.provider({ urls, nodeTimeoutMs: 2_000 }));
    for (const proxy of proxies) proxy.delayReplies(300);
    const { error } = await timed(provider.acquire(request('late', { leaseMs: 200 })));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).outcome).toBe('unknown');
    // In time for the lease, so that it was the lateness and nothing else.
    expect(await provider.acquire(request('timely', { leaseMs: 5_000 }))).toMatchObject({ granted: true });
    await provider.release(request('timely'));
    await isClean();
  });

  it('[case 08] takes back what came later than its lease though the nodes would keep it', async () => {
    const { proxies, urls } = await lab.proxies();
    // The keys live so much longer than the lease that only the release can end them in time.
    const provider = await connected(lab.provider({ urls, nodeTimeoutMs: 2_000, driftFactor: 100 }));
    for (const proxy of proxies) proxy.delayReplies(300);
    await expect(provider.acquire(request('late', { leaseMs: 200 }))).rejects.toThrow(LockUnavailableError);
    await isClean();
  });

  it('keeps the keys longer than the lease by the drift that is allowed, never shorter', async () => {
    const provider = lab.provider({ driftFactor: 0.1 });
    await provider.acquire(request('one', { leaseMs: 20_000 }));
    await lab.heldEverywhere(RESOURCE, 'one', 21_000);
    for (const lifeMs of await lab.lives(RESOURCE)) expect(lifeMs).toBeLessThanOrEqual(22_002);
    await provider.extend(request('one'), 30_000);
    await lab.heldEverywhere(RESOURCE, 'one', 32_000);
  });

  it('[case 18] takes several resources together or none, and names the one that another holds', async () => {
    const [one, two] = [await connected(lab.provider()), await connected(lab.provider())];
    await one.acquire(request('one', { resources: ['b'] }));
    const resources = ['a', 'b', 'c'];
    expect(await two.acquire(request('two', { resources }))).toMatchObject({ granted: false, resource: 'b' });
    expect(await lab.holders('a')).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(await one.release({ resources: ['b'], token: 'one' })).toBe(true);
    expect(await two.acquire(request('two', { resources }))).toMatchObject({ granted: true });
    expect(await two.extend({ resources, token: 'two' }, 5_000)).toMatchObject({ held: true });
    expect(await two.release({ resources, token: 'two' })).toBe(true);
    await isClean();
  });

  it('takes back the votes of a minority when others hold the rest', async () => {
    const provider = await connected(lab.provider());
    for (const node of [0, 1, 2]) {
      await lab.client(node).set(`${lab.prefix}redlock:lock:${RESOURCE}`, 'other 0 owner', 'PX', 30_000);
    }
    expect(await provider.acquire(request('one'))).toMatchObject({ granted: false, resource: RESOURCE });
    await until(
      async () => (await lab.holders(RESOURCE)).filter((token) => token === 'one').length === 0,
      'the minority is free',
    );
  });

  it('a lock that a majority lost is not extended, and its rest is taken away', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(request('one'));
    await sleep(20);
    for (const node of [0, 1, 2]) await lab.client(node).del(`${lab.prefix}redlock:lock:${RESOURCE}`);
    expect(await provider.extend(request('one'), 60_000)).toMatchObject({ held: false });
    await isClean();
  });

  it('[case 26] one node that hangs adds at most its timeout, and only to one call', async () => {
    const [holder, provider] = [await connected(lab.provider()), await connected(lab.provider())];
    lab.pause(4);
    const first = await timed(provider.acquire(request('one')));
    expect(first.value).toMatchObject({ granted: true });
    expect(first.tookMs).toBeLessThan(SLACK_MS); // a majority is enough
    await sleep(NODE_TIMEOUT_MS + 50);
    expect((await timed(provider.extend(request('one'), 20_000))).tookMs).toBeLessThan(SLACK_MS);
    expect((await timed(provider.release(request('one')))).value).toBe(true);
    // Two against two, so that the one that hangs would decide.
    for (const node of [0, 1]) {
      await lab.client(node).set(`${lab.prefix}redlock:lock:${RESOURCE}`, 'other 0 owner', 'PX', 30_000);
    }
    const split = await timed(holder.acquire(request('two')));
    expect(split.value).toMatchObject({ granted: false });
    expect(split.tookMs).toBeLessThan(NODE_TIMEOUT_MS + SLACK_MS);
    const next = await timed(holder.acquire(request('two')));
    expect(next.value).toMatchObject({ granted: false });
    expect(next.tookMs).toBeLessThan(SLACK_MS);
    lab.resume();
    await until(async () => {
      const answer = await holder.acquire(request('three', { resources: ['other'] }));
      await sleep(10);
      return answer.granted && (await lab.holders('other'))[4] === 'three';
    }, 'it votes again');
  });

  it('[case 26] three nodes that hang: fails within the node timeout, and leaves nothing', async () => {
    const provider = await connected(lab.provider());
    lab.pause(2, 3, 4);
    const { error, tookMs } = await timed(provider.acquire(request('one')));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).outcome).toBe('unknown');
    expect(tookMs).toBeLessThan(NODE_TIMEOUT_MS + SLACK_MS);
    lab.resume();
    await isClean();
  });

  it('[case 26] a vote that arrives after the release is taken back', async () => {
    const provider = await connected(lab.provider());
    lab.pause(4);
    await provider.acquire(request('one'));
    await sleep(NODE_TIMEOUT_MS + 50); // it counts as silent, and is sent nothing more
    expect(await provider.release(request('one'))).toBe(true);
    lab.resume();
    await isClean();
  });

  it('[case 26] a vote on a connection that was lost is taken back over the next one', async () => {
    const { proxies, urls } = await lab.proxies();
    const provider = await connected(lab.provider({ urls }));
    const [proxy] = proxies;
    proxy?.delayReplies(5_000);
    await provider.acquire(request('one'));
    await until(async () => (await lab.holders(RESOURCE))[0] === 'one', 'the vote has arrived');
    proxy?.cut();
    expect(await provider.release(request('one'))).toBe(true);
    expect((await lab.holders(RESOURCE))[0]).toBe('one');
    proxy?.delayReplies(0);
    proxy?.restore();
    await isClean();
  });

  it('[case 07] what a node still owes of a released attempt does not meet the next one of the same token', async () => {
    const provider = await connected(lab.provider());
    lab.pause(4);
    await provider.acquire(request('one'));
    await sleep(NODE_TIMEOUT_MS + 50);
    await provider.release(request('one'));
    expect(await provider.acquire(request('one'))).toMatchObject({ granted: true });
    lab.resume();
    await sleep(200);
    expect((await lab.holders(RESOURCE))[4]).toBe('one');
  });

  it('[case 26] a release that comes before a slow connection ends the vote that waits for it', async () => {
    const [slow] = (await lab.proxies()).proxies;
    slow?.delayReplies(100);
    const urls = [`redis://127.0.0.1:${slow?.port ?? 0}`, ...lab.urls.slice(1)];
    const provider = lab.provider({ urls, nodeTimeoutMs: 2_000, restartDelayMs: 1 });
    await sleep(5);
    await until(
      () =>
        provider.acquire(request('one')).then(
          ({ granted }) => granted,
          () => false,
        ),
      'it is granted',
    );
    await provider.release(request('one'));
    await sleep(800);
    expect(await lab.keys()).toEqual([]);
  });

  it('[case 40] a node without memory votes for nothing; without a majority that is "store away"', async () => {
    const provider = await connected(lab.provider());
    const limit = (nodes: number[], maxmemory: string) =>
      Promise.all(nodes.map((node) => lab.client(node).config('SET', 'maxmemory', maxmemory)));
    try {
      await limit([0, 1], '1');
      expect(await provider.acquire(request('one'))).toMatchObject({ granted: true });
      expect(await lab.holders(RESOURCE)).toEqual([undefined, undefined, 'one', 'one', 'one']); // all it takes
      await limit([2], '1');
      expect(await provider.extend(request('one'), 30_000)).toMatchObject({ held: true });
      const { error } = await timed(provider.acquire(request('two', { resources: ['other'] })));
      expect(error).toBeInstanceOf(LockUnavailableError);
      expect(String(error)).toContain('OOM');
      expect(await provider.release(request('one'))).toBe(true);
    } finally {
      await limit([0, 1, 2], '0');
    }
    await isClean();
  });

  it('[case 35] goes on after SCRIPT FLUSH', async () => {
    const provider = await connected(lab.provider());
    for (const node of [0, 1, 2, 3, 4]) await lab.client(node).script('FLUSH');
    expect(await provider.acquire(request('one'))).toMatchObject({ granted: true });
    for (const node of [0, 1, 2, 3, 4]) await lab.client(node).script('FLUSH');
    expect(await provider.extend(request('one'), 5_000)).toMatchObject({ held: true });
    for (const node of [0, 1, 2, 3, 4]) await lab.client(node).script('FLUSH');
    expect(await provider.release(request('one'))).toBe(true);
    await isClean();
  });

  it('refuses an even number of nodes, the same one twice, and a lease beyond the longest', async () => {
    const urlsOf = (count: number) =>
      Array.from({ length: count }, (_, index) => `redis://127.0.0.1:${index + 1}`);
    for (const urls of [urlsOf(1), urlsOf(2), urlsOf(4), [...urlsOf(2), ...urlsOf(1)]]) {
      expect(() => new RedlockProvider({ urls })).toThrow(LockUsageError);
    }
    const provider = lab.provider({ maxLeaseMs: 10_000 });
    await expect(provider.acquire(request('one', { leaseMs: 10_001 }))).rejects.toThrow(LockUsageError);
    await provider.acquire(request('one', { leaseMs: 10_000 }));
    await expect(provider.extend(request('one'), 10_001)).rejects.toThrow(LockUsageError);
    await expect(provider.adopt(request('one'), request('two', { leaseMs: 10_001 }))).rejects.toThrow(
      LockUsageError,
    );
  });
});

describe('nodes that come and go', () => {
  let lab: RedlockLab;
  beforeAll(async () => {
    lab = await RedlockLab.open();
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  it('[case 26] two down: acquires; three down: fails at once, cleanly, and recovers when they are back', async () => {
    const provider = await connected(lab.provider());
    await lab.kill(0, 1);
    const two = await timed(provider.acquire(request('one')));
    expect(two.value).toMatchObject({ granted: true });
    expect(two.tookMs).toBeLessThan(NODE_TIMEOUT_MS + SLACK_MS);
    expect(await lab.provider().acquire(request('two'))).toMatchObject({ granted: false });
    expect(await provider.extend(request('one'), 30_000)).toMatchObject({ held: true });
    expect(await provider.release(request('one'))).toBe(true);

    await lab.kill(2);
    await sleep(50);
    const three = await timed(provider.acquire(request('three')));
    expect(three.error).toBeInstanceOf(LockUnavailableError);
    expect((three.error as LockUnavailableError).resource).toBe(RESOURCE);
    expect(three.tookMs).toBeLessThan(NODE_TIMEOUT_MS + SLACK_MS);
    await sleep(50);
    for (const node of [3, 4]) expect(await lab.client(node).keys('*')).toEqual([]);

    await lab.revive(0, 1, 2);
    await until(
      () =>
        provider.acquire(request('four')).then(
          ({ granted }) => granted,
          () => false,
        ),
      'it is granted again',
    );
    expect(await provider.release(request('four'))).toBe(true);
  });

  it('constructs while no node is there, says so in time, and works once they are', async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const provider = lab.provider({ urls: ports.map((port) => `redis://127.0.0.1:${port}`) });
    const { error, tookMs } = await timed(provider.acquire(request('one')));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).outcome).toBe('none');
    expect(String(error)).toContain(`127.0.0.1:${ports[0] ?? 0}`);
    expect(tookMs).toBeLessThan(NODE_TIMEOUT_MS + SLACK_MS);
    const servers = await Promise.all(ports.map((port) => startRedis({ port })));
    try {
      await until(
        () =>
          provider.acquire(request('two')).then(
            ({ granted }) => granted,
            () => false,
          ),
        'it is granted',
      );
    } finally {
      await provider.close();
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

  it('sends what it owes before it closes, and fails from then on', async () => {
    const provider = await connected(lab.provider());
    for (const node of [0, 1, 2]) {
      await lab.client(node).set(`${lab.prefix}redlock:lock:${RESOURCE}`, 'other 0 owner', 'PX', 30_000);
    }
    await provider.acquire(request('one'));
    await provider.close();
    expect((await lab.holders(RESOURCE)).slice(3)).toEqual([undefined, undefined]);
    await expect(provider.acquire(request('two'))).rejects.toThrow(LockUnavailableError);
  });
});

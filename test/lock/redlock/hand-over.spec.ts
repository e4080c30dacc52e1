import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import type { Grant } from '../../../libs/lock/provider.js';
import type { RedlockProvider } from '../../../libs/lock/providers/redlock/redlock-provider.js';
import { connected, RedlockLab, request, sleep, timed, until } from './redlock-lab.js';

const RESOURCE = 'item:1';
const SENDER = request('sender', { owner: 'the sender' });

describe('a hand-over between processes of a quorum', () => {
  let lab: RedlockLab;
  beforeAll(async () => {
    lab = await RedlockLab.open();
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const lockKeys = async () => (await lab.keys()).filter((key) => key.includes(':lock:item'));
  const turns = async () => (await lab.keys()).filter((key) => key.includes(':turn:'));

  it('[case 29] gives all resources to the successor, and leaves nothing to the sender', async () => {
    const [sender, adopter] = [await connected(lab.provider()), await connected(lab.provider())];
    const resources = ['item:1', 'item:2'];
    await sender.acquire({ ...SENDER, resources, leaseMs: 5_000 });
    await lab.heldEverywhere('item:2', 'sender');
    const successor = request('successor', { resources, owner: 'a queue worker', leaseMs: 30_000 });
    expect(await adopter.adopt({ ...SENDER, resources }, successor)).toEqual({ granted: true, fences: [] });
    await lab.heldEverywhere('item:1', 'successor', 29_000);
    await lab.heldEverywhere('item:2', 'successor', 29_000);
    expect((await adopter.list(10)).map(({ owner }) => owner)).toEqual(['a queue worker', 'a queue worker']);
    expect(await sender.extend({ ...SENDER, resources }, 30_000)).toMatchObject({ held: false });
    expect(await sender.release({ ...SENDER, resources })).toBe(false);
    expect(await adopter.release(successor)).toBe(true);
    await until(async () => (await lab.keys()).length === 0, 'no key stays');
  });

  it('[case 29] has one winner among several adopters', async () => {
    const sender = await connected(lab.provider());
    const adopters = await Promise.all(Array.from({ length: 4 }, () => connected(lab.provider())));
    for (let round = 0; round < 10; round += 1) {
      const token = `sender-${round}`;
      await sender.acquire({ ...SENDER, token });
      const outcomes = await Promise.all(
        adopters.map((adopter, index) =>
          adopter.adopt({ resources: [RESOURCE], token }, request(`${round}-${index}`)),
        ),
      );
      const winners = outcomes.flatMap((outcome, index) => (outcome ? [index] : []));
      expect(winners).toHaveLength(1);
      const [winner = 0] = winners;
      expect(await adopters[winner]?.release(request(`${round}-${winner}`))).toBe(true);
    }
  });

  it('[case 29] has one winner though a node is down and each adopter is first at half of the others', async () => {
    const { urls: proxied } = await lab.proxies();
    const sender = await connected(lab.provider());
    // The way through a proxy is longer: each reaches two nodes before the other does.
    const nearTo = (near: readonly number[]) =>
      lab.urls.map((url, node) => (near.includes(node) ? url : (proxied[node] ?? url)));
    const one = await connected(lab.provider({ urls: nearTo([0, 1]) }));
    const two = await connected(lab.provider({ urls: nearTo([2, 3]) }));
    lab.pause(4);
    const adopt = (adopter: RedlockProvider, round: number, token: string): Promise<Grant | undefined> =>
      adopter.adopt({ resources: [RESOURCE], token: `sender-${round}` }, request(token));
    for (let round = 0; round < 5; round += 1) {
      expect(await sender.acquire({ ...SENDER, token: `sender-${round}` })).toMatchObject({ granted: true });
      const outcomes = await Promise.all([
        adopt(one, round, `${round}-one`),
        adopt(two, round, `${round}-two`),
      ]);
      expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
      expect(await sender.release(request(outcomes[0] ? `${round}-one` : `${round}-two`))).toBe(true);
    }
  });

  it('[case 07] can be repeated by the winner', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(SENDER);
    expect(await provider.adopt(SENDER, request('successor'))).toBeDefined();
    expect(await provider.adopt(SENDER, request('successor'))).toBeDefined();
    expect(await provider.release(request('successor'))).toBe(true);
  });

  it('[case 39] changes nothing where the lock is not held any more', async () => {
    const provider = await connected(lab.provider());
    expect(await provider.adopt(SENDER, request('successor'))).toBeUndefined();
    await provider.acquire(request('somebody-else'));
    expect(await provider.adopt(SENDER, request('successor'))).toBeUndefined();
    await lab.heldEverywhere(RESOURCE, 'somebody-else');
    await until(async () => (await turns()).length === 0, 'no turn stays', 500);
  });

  it('is not granted by a minority', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(SENDER);
    await sleep(20);
    for (const node of [0, 1, 2]) await lab.client(node).del(`${lab.prefix}redlock:lock:${RESOURCE}`);
    expect(await provider.adopt(SENDER, request('successor'))).toBeUndefined();
    await until(async () => !(await lab.holders(RESOURCE)).includes('successor'), 'it has nothing');
  });

  it('is not granted when the answers come later than the lease', async () => {
    const { proxies, urls } = await lab.proxies();
    const provider = await connected(lab.provider({ urls, nodeTimeoutMs: 1_000, driftFactor: 100 }));
    await provider.acquire(SENDER);
    for (const proxy of proxies) proxy.delayReplies(200);
    await expect(provider.adopt(SENDER, request('successor', { leaseMs: 150 }))).rejects.toThrow(
      LockUnavailableError,
    );
    await until(async () => (await lockKeys()).length === 0, 'it has nothing');
  });

  it('is "store away" without a majority, and can be tried again', async () => {
    const provider = await connected(lab.provider());
    await provider.acquire(SENDER);
    await sleep(20);
    lab.pause(0, 1, 2);
    const { error, tookMs } = await timed(provider.adopt(SENDER, request('successor')));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(tookMs).toBeLessThan(1_500);
    lab.resume();
    await until(
      () =>
        provider.adopt(SENDER, request('successor')).then(
          (outcome) => outcome !== undefined,
          () => false,
        ),
      'it is adopted',
    );
  });
});

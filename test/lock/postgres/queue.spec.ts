import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LockRequest, Refusal } from '../../../libs/lock/provider.js';
import type { PostgresLockProvider } from '../../../libs/lock/providers/postgres/postgres-lock-provider.js';
import { sleep, until } from '../timing.js';
import { Ear, PostgresLab } from './postgres-lab.js';

const PLACE = { placeMs: 10_000 };

let lab: PostgresLab;

beforeAll(async () => {
  lab = await PostgresLab.open();
}, 60_000);
afterEach(() => lab.cleanUp());
afterAll(() => lab.close());

describe('the queue', () => {
  test('[case 22] serves 20 claims of two processes in the order in which they asked', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    const holder = lab.request('a');
    await one.acquire(holder);
    const order: string[] = [];
    const claims = [];
    const listening = new Set<PostgresLockProvider>();
    for (let index = 0; index < 20; index += 1) {
      const provider = index % 2 ? one : two;
      const claim = lab.request('a', PLACE);
      provider.watch(claim, (event) => {
        if ('look' in event) listening.add(provider);
        if (!('granted' in event)) return;
        order.push(claim.token);
        void provider.release(claim);
      });
      expect((await provider.acquire(claim)).granted).toBe(false);
      claims.push(claim);
    }
    for (const [index, claim] of [...claims.entries()].reverse())
      await (index % 2 ? one : two).acquire(claim); // asking again changes no place
    await until(() => listening.size === 2, { what: 'both processes listen' });
    await one.release(holder);
    await until(() => order.length === 20, { what: 'all were served' });
    expect(order).toEqual(claims.map(({ token }) => token));
  });

  test('a release makes the first its holder, who is told with its fence, and asks nothing more', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    const { holder, waiter, ear, fence } = await waiting(one, two, { floors: [5] });
    await one.release(holder);
    await until(() => ear.granted, { what: 'the waiter is granted' });
    const [lock] = await one.list(1);
    expect(lock).toMatchObject({ token: waiter.token, owner: waiter.owner, waiters: 0 });
    expect(ear.events.at(-1)).toEqual({ granted: true, fences: [lock?.fence] });
    expect(lock?.fence).toBeGreaterThan(fence);
    // It was told no lease but its place: so long it may rely on.
    expect((lock?.expiresAtMs ?? 0) - Date.now()).toBeLessThanOrEqual(PLACE.placeMs);
    expect(await two.acquire(waiter)).toEqual({ granted: true, fences: [lock?.fence] });
    expect((await two.extend(waiter, 60_000)).held).toBe(true);
  });

  test('a promoted claim keeps its floor', async () => {
    const provider = lab.provider();
    const floor = Date.now() * 1_000 + 3_600_000_000;
    const { holder, ear } = await waiting(provider, provider, { floors: [floor] });
    await provider.release(holder);
    await until(() => ear.granted, { what: 'the waiter is granted' });
    expect(ear.events.at(-1)).toEqual({ granted: true, fences: [floor] });
  });

  test('nobody gets past a live place: a free lock goes to its first, whoever asks', async () => {
    const provider = lab.provider();
    const { waiter, ear } = await waiting(provider, provider, {}, { leaseMs: 1_000 });
    await sleep(1_020); // the lease has ended, and nobody released it
    expect(await provider.acquire(lab.request('a'))).toMatchObject({ granted: false, resource: 'a' });
    await until(() => ear.granted, { what: 'the first is granted' });
    expect((await provider.extend(waiter, 1_000)).held).toBe(true);
  });

  test('a place that has ended is dropped, and delays nobody longer', async () => {
    const provider = lab.provider();
    const holder = lab.request('a');
    await provider.acquire(holder);
    await provider.acquire(lab.request('a', { placeMs: 100 })); // dies
    await provider.acquire(lab.request(['a', 'b'], { placeMs: 100 })); // dies too, and several
    const waiter = lab.request('a', PLACE);
    const ear = new Ear(provider, waiter);
    await provider.acquire(waiter);
    await until(() => ear.looked === 1, { what: 'its process listens' });
    await sleep(120);
    await provider.release(holder);
    await until(() => ear.granted, { what: 'the live one is granted' });
    expect(await lab.query('SELECT token FROM $schema.place WHERE resource = $1', ['a'])).toEqual([]);
  });

  test('a claim that comes back after its place ended starts at the end', async () => {
    const provider = lab.provider();
    const holder = lab.request('a');
    await provider.acquire(holder);
    const late = lab.request('a', { placeMs: 50 });
    await provider.acquire(late);
    await sleep(70);
    const waiter = lab.request('a', PLACE);
    await provider.acquire(waiter);
    await provider.acquire({ ...late, ...PLACE });
    await provider.release(holder);
    expect((await provider.list(1))[0]?.token).toBe(waiter.token);
  });

  test('a claim that gives up leaves no place, no lock and nobody waiting in vain', async () => {
    const provider = lab.provider();
    const { holder, waiter } = await waiting(provider, provider);
    const next = lab.request('a', PLACE);
    const ear = new Ear(provider, next);
    await provider.acquire(next);
    await provider.release(holder); // the waiter was granted, and does not know it yet
    expect(await provider.release(waiter)).toBe(true);
    await until(() => ear.granted, { what: 'the next is granted' });

    const [first, second] = [lab.request(['a', 'b'], PLACE), lab.request('b', PLACE)];
    await provider.acquire(first); // waits for a, and keeps b reserved
    const secondEar = new Ear(provider, second); // its process listens already
    expect((await provider.acquire(second)).granted).toBe(false);
    expect(await provider.release(first)).toBe(false);
    await until(() => secondEar.granted, { what: 'the one behind it gets b' });
    expect(await lab.query('SELECT * FROM $schema.place')).toEqual([]);
  });

  test('with placeMs 0 a refusal writes nothing', async () => {
    const provider = lab.provider();
    await provider.acquire(lab.request('a'));
    const before = await lab.query('SELECT * FROM $schema.lease');
    await provider.acquire(lab.request(['a', 'b']));
    expect(await lab.query('SELECT * FROM $schema.lease')).toEqual(before);
    expect(await lab.query('SELECT * FROM $schema.place')).toEqual([]);
  });

  test('who holds it learns that others wait', async () => {
    const provider = lab.provider();
    const { holder, waiter } = await waiting(provider, provider);
    expect(await provider.extend(holder, 30_000)).toEqual({ held: true, contended: true });
    await provider.release(waiter);
    expect(await provider.extend(holder, 30_000)).toEqual({ held: true, contended: false });
    await provider.acquire(lab.request('a', { placeMs: 20 })); // dies
    await sleep(40);
    expect(await provider.extend(holder, 30_000)).toEqual({ held: true, contended: false });
  });
});

describe('a claim for several resources', () => {
  test('keeps what is free reserved, is told to look, and gets all at once', async () => {
    const provider = lab.provider();
    const { holder, waiter, ear } = await waiting(provider, provider, {
      resources: ['a', 'b'],
      floors: [0, 0],
    });
    const single = await provider.acquire(lab.request('b'));
    expect(single).toMatchObject({ granted: false, resource: 'b' });
    expect((single as Refusal).remainingMs).toBeGreaterThan(5_000);
    const looked = ear.looked;
    await provider.release(holder);
    await until(() => ear.looked > looked, { what: 'it is told to look' });
    expect(ear.granted).toBe(false);
    expect((await provider.acquire(lab.request('a'))).granted).toBe(false);
    expect((await provider.acquire(waiter)).granted).toBe(true);
    expect(await lab.query('SELECT * FROM $schema.place')).toEqual([]);
  });

  test('claims that share resources stand in one order everywhere, and all are served', async () => {
    const providers = [lab.provider(), lab.provider()];
    await Promise.all(providers.map((provider) => provider.prepare()));
    const names = ['a', 'b', 'c', 'd'];
    const serve = async (index: number): Promise<void> => {
      const provider = providers[index % 2] as PostgresLockProvider;
      const resources = names.filter((_name, bit) => ((index % 15) + 1) & (1 << bit));
      const claim = lab.request(resources, PLACE);
      let wake: () => void = () => undefined;
      const stop = provider.watch(claim, () => wake());
      for (let tries = 0; ; tries += 1) {
        if (tries > 1_000) throw new Error(`${claim.token} starved`);
        const woken = new Promise<void>((resolve) => (wake = resolve));
        if ((await provider.acquire(claim)).granted) break;
        await Promise.race([woken, sleep(500)]);
      }
      await provider.release(claim);
      stop();
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => serve(index)));
    expect(await lab.query('SELECT * FROM $schema.place')).toEqual([]);
    expect(await providers[0]?.list(10)).toEqual([]);
  });

  test('has one number in all its queues, above every other there', async () => {
    const provider = lab.provider();
    await provider.acquire(lab.request(['a', 'b', 'c']));
    for (let index = 0; index < 3; index += 1) await provider.acquire(lab.request('a', PLACE));
    const several = lab.request(['a', 'b'], PLACE);
    const behind = lab.request(['b', 'c'], PLACE);
    await provider.acquire(several);
    await provider.acquire(behind);
    const rows = await lab.query<{ token: string; seqs: string[] }>(
      `SELECT token, array_agg(seq ORDER BY resource) AS seqs FROM $schema.place WHERE several GROUP BY 1 ORDER BY 2`,
    );
    expect(rows).toEqual([
      { token: several.token, seqs: ['4', '4'] },
      { token: behind.token, seqs: ['5', '5'] },
    ]);
  });
});

describe('the connection for notifications', () => {
  const listeners = async (): Promise<number> =>
    (await lab.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN holdfast_lock%'`)).length;

  test('is opened for the first claim that has to queue, and ends when the last watcher has left', async () => {
    const provider = lab.provider();
    const [holder, once, waiter] = [lab.request('a'), lab.request('a'), lab.request('a', PLACE)];
    new Ear(provider, holder).stop();
    const stops = [once, waiter].map((claim) => new Ear(provider, claim));
    await provider.acquire(holder);
    await provider.acquire(once);
    await provider.acquire(lab.request('a', { placeMs: 10 })); // nobody watches
    await sleep(100);
    expect(await listeners()).toBe(0);
    await provider.acquire(waiter);
    await until(async () => (await listeners()) === 1, { what: 'it listens' });
    stops[0]?.stop();
    await sleep(100);
    expect(await listeners()).toBe(1);
    stops[1]?.stop();
    await until(async () => (await listeners()) === 0, { withinMs: 500, what: 'it has ended' });
  });

  test('[case 24] once it listens all who watch are told to look, so that no release before is missed', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    const [holder, waiter] = [lab.request('a'), lab.request('a', PLACE)];
    await one.acquire(holder);
    const ear = new Ear(two, waiter);
    await two.acquire(waiter);
    await one.release(holder); // before the new connection listens
    await until(() => ear.looked > 0, { what: 'it is told to look' });
    expect((await two.acquire(waiter)).granted).toBe(true);
  });

  test('is made anew when it is lost, and tells all to look then', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    const { ear, holder } = await waiting(one, two);
    await lab.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN holdfast_lock%'`,
    );
    await until(() => ear.looked === 2, { what: 'it listens again' });
    await one.release(holder);
    await until(() => ear.granted, { what: 'the waiter hears of its grant' });
  });
});

/** One holds `a`; another waits for it, or for what is named. */
async function waiting(
  one: PostgresLockProvider,
  two: PostgresLockProvider,
  options: Partial<LockRequest> = {},
  held: Partial<LockRequest> = {},
) {
  const holder = lab.request('a', held);
  const answer = await one.acquire(holder);
  if (!answer.granted) throw new Error('not granted');
  const waiter = lab.request('a', { ...PLACE, ...options });
  const ear = new Ear(two, waiter);
  expect((await two.acquire(waiter)).granted).toBe(false);
  await until(() => ear.looked === 1, { what: 'its process listens' });
  return { holder, waiter, ear, fence: answer.fences[0] ?? 0 };
}

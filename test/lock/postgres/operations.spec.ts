import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LockUsageError } from '../../../libs/lock/errors.js';
import type { Grant, LockRequest, Refusal } from '../../../libs/lock/provider.js';
import type { PostgresLockProvider } from '../../../libs/lock/providers/postgres/postgres-lock-provider.js';
import { sleep, until } from '../timing.js';
import { Ear, PostgresLab } from './postgres-lab.js';

let lab: PostgresLab;

beforeAll(async () => {
  lab = await PostgresLab.open();
}, 60_000);
afterEach(() => lab.cleanUp());
afterAll(() => lab.close());

describe('acquire', () => {
  test('takes all resources or none, and says which one is in the way, and for how long', async () => {
    const provider = lab.provider();
    await granted(provider, lab.request('b', { leaseMs: 8_000 }));
    const answer = await provider.acquire(lab.request(['a', 'b', 'c']));
    expect(answer).toMatchObject({ granted: false, resource: 'b' });
    expect((answer as Refusal).remainingMs).toBeGreaterThan(7_000);
    expect((answer as Refusal).remainingMs).toBeLessThanOrEqual(8_000);
    await granted(provider, lab.request(['a', 'c']));
  });

  test('grants the same token again, with the same fences and a lease counted anew', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b'], { leaseMs: 3_000 });
    const first = await granted(provider, request);
    const [before] = await provider.list(1);
    await sleep(20);
    expect(await provider.acquire(request)).toEqual(first);
    const [after] = await provider.list(1);
    expect(after?.acquiredAtMs).toBe(before?.acquiredAtMs);
    expect(after?.expiresAtMs).toBeGreaterThan((before?.expiresAtMs ?? 0) + 15);
  });

  test('the same token that lost one of its locks gets it back, and keeps the fence of the other', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b']);
    const [a = 0, b = 0] = (await granted(provider, request)).fences;
    const [before] = await provider.list(1);
    await lab.query(`UPDATE $schema.lease SET token = NULL WHERE resource = 'b'`);
    await sleep(5);
    const again = await granted(provider, request);
    expect(again.fences[0]).toBe(a);
    expect(again.fences[1]).toBeGreaterThan(b);
    expect((await provider.list(1))[0]?.acquiredAtMs).toBe(before?.acquiredAtMs);
  });

  test('each grant has a fence above the last one, the floor and the clock in microseconds', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b']);
    const startUs = Date.now() * 1_000;
    const { fences } = await granted(provider, request);
    expect(Math.min(...fences)).toBeGreaterThan(startUs - 10_000_000);
    await provider.release(request);

    const floor = Date.now() * 1_000 + 3_600_000_000; // ahead of the clock, as after the clock was set back
    const high = lab.request(['a', 'b'], { floors: [floor, 0] });
    const [a = 0, b = 0] = (await granted(provider, high)).fences;
    expect(a).toBe(floor);
    expect(b).toBeGreaterThan(fences[1] ?? 0);
    await provider.release(high);
    expect((await granted(provider, lab.request('a'))).fences).toEqual([floor + 1]);
  });

  test('no fence reaches 2^53: it fails instead, and grants nothing', async () => {
    const provider = lab.provider();
    const last = lab.request('a', { floors: [Number.MAX_SAFE_INTEGER] });
    expect((await granted(provider, last)).fences).toEqual([Number.MAX_SAFE_INTEGER]);
    await provider.release(last);
    await expect(provider.acquire(lab.request(['a', 'b']))).rejects.toMatchObject({ outcome: 'none' });
    expect(await provider.list(10)).toEqual([]);
  });

  test('a lease ends on the server’s clock, and the next grant has a higher fence', async () => {
    const provider = lab.provider();
    const first = await granted(provider, lab.request('a', { leaseMs: 100 }));
    await sleep(120);
    const second = await granted(provider, lab.request('a'));
    expect(second.fences[0]).toBeGreaterThan(first.fences[0] ?? 0);
  });

  test('[case 01] no two of many processes hold it at once', async () => {
    const providers = [lab.provider(), lab.provider(), lab.provider()];
    let inside = 0;
    let overlaps = 0;
    let done = 0;
    const increment = async (provider: PostgresLockProvider): Promise<void> => {
      const request = lab.request('counter');
      while (!(await provider.acquire(request)).granted) await sleep(1);
      inside += 1;
      if (inside > 1) overlaps += 1;
      await sleep(0);
      inside -= 1;
      done += 1;
      await provider.release(request);
    };
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => increment(providers[index % 3] as PostgresLockProvider)),
    );
    expect([overlaps, done]).toEqual([0, 60]);
  });

  test('[case 17] claims in every order, duplicates of resources between them, never deadlock', async () => {
    const providers = [lab.provider(), lab.provider()];
    const names = ['a', 'b', 'c', 'd', 'e'];
    const work = Array.from({ length: 100 }, async (_, index) => {
      const provider = providers[index % 2] as PostgresLockProvider;
      const resources = names.filter((_name, bit) => ((index % 30) + 1) & (1 << bit));
      const request = lab.request(index % 3 === 0 ? resources.toReversed() : resources);
      for (let tries = 0; tries < 20; tries += 1) {
        const answer = await provider.acquire(request);
        await provider.extend(request, 5_000);
        await provider.release(request);
        if (answer.granted) return true;
      }
      return false;
    });
    await Promise.all(work);
    const [row] = await lab.query<{ deadlocks: string }>(
      'SELECT sum(deadlocks) AS deadlocks FROM pg_stat_database',
    );
    expect(row?.deadlocks).toBe('0');
  });

  test('a lock that is free is never refused because another operation is under way', async () => {
    const provider = lab.provider();
    await provider.prepare();
    const client = await lab.client();
    await client.query('BEGIN');
    await client.query(`SELECT ${lab.schema}.acquire('{a}', 'other', 1000, 'o', '{0}', 0, 'c')`);
    const answer = provider.acquire(lab.request('a'));
    await sleep(100);
    await client.query('ROLLBACK');
    expect(await answer).toMatchObject({ granted: true });
  });

  test('names with quotes, braces, commas, emoji and 512 characters are just names', async () => {
    const provider = lab.provider();
    const names = [`a'b"c\\d{e},f$1;--`, 'ключ:🔒', ' ', 'NULL', 'x'.repeat(512), '𝄞'.repeat(256)].sort();
    const request = lab.request(names, { owner: `o'{",\\` });
    const { fences } = await granted(provider, request);
    expect(fences).toHaveLength(names.length);
    expect((await provider.list(10)).map(({ resource }) => resource).sort()).toEqual(names);
    expect(await provider.release(request)).toBe(true);
  });

  test.each([
    ['no resource', []],
    ['an empty name', ['']],
    ['NUL', ['a\0b']],
    ['half a surrogate pair', ['a\ud800']],
    ['513 characters', ['x'.repeat(513)]],
    ['501 resources', Array.from({ length: 501 }, (_, index) => String(index))],
  ])('refuses %s before anything is sent', async (_, resources) => {
    const provider = lab.provider({ schema: 'never_created' });
    expect(() => provider.check(resources)).toThrow(LockUsageError);
    await expect(provider.acquire(lab.request(resources))).rejects.toThrow(LockUsageError);
  });

  test.each([
    ['token', 'two words'],
    ['token', 'a\0b'],
    ['owner', 'a\0b'],
  ])('refuses the %s %j', async (field, text) => {
    await expect(lab.provider().acquire(lab.request('a', { [field]: text }))).rejects.toThrow(LockUsageError);
  });

  test('takes 500 resources at once', async () => {
    const provider = lab.provider();
    const names = Array.from({ length: 500 }, (_, index) => `item:${index}`).sort();
    const { fences } = await granted(provider, lab.request(names));
    expect(fences).toHaveLength(500);
    expect(await provider.acquire(lab.request('item:250'))).toMatchObject({ granted: false });
  });
});

describe('acquireSome', () => {
  test('decides each for itself, in one round trip', async () => {
    const provider = lab.provider();
    await granted(provider, lab.request('b'));
    const requests = ['c', 'b', 'a'].map((name) => lab.request(name));
    const answers = await provider.acquireSome(requests);
    expect(answers.map((answer) => answer.granted)).toEqual([true, false, true]);
    expect(answers[1]).toMatchObject({ resource: 'b' });
    expect(await provider.acquireSome([])).toEqual([]);
    await expect(provider.acquireSome([lab.request(['d', 'e'])])).rejects.toThrow(LockUsageError);
  });

  test('takes as many as there are', async () => {
    const provider = lab.provider();
    const requests = Array.from({ length: 1_001 }, (_, index) => lab.request(`item:${index}`));
    const answers = await provider.acquireSome(requests);
    expect(answers.filter((answer) => answer.granted)).toHaveLength(1_001);
  });

  test('batches in opposite orders do not wait for each other', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    await Promise.all([one.prepare(), two.prepare()]);
    const names = Array.from({ length: 100 }, (_, index) => `item:${index}`);
    for (let round = 0; round < 10; round += 1) {
      const batches = [names, names.toReversed()].map((list) => list.map((name) => lab.request(name)));
      const answers = await Promise.all([
        one.acquireSome(batches[0] ?? []),
        two.acquireSome(batches[1] ?? []),
      ]);
      expect(answers.flat().filter((answer) => answer.granted)).toHaveLength(100);
      for (const batch of batches) await Promise.all(batch.map((request) => one.release(request)));
    }
  });
});

describe('extend and release', () => {
  test('[case 02] a foreign token extends and releases nothing', async () => {
    const provider = lab.provider();
    const request = lab.request('a');
    await granted(provider, request);
    const before = await provider.list(1);
    expect(await provider.extend({ resources: ['a'], token: 'foreign' }, 60_000)).toEqual({
      held: false,
      contended: false,
    });
    expect(await provider.release({ resources: ['a'], token: 'foreign' })).toBe(false);
    expect(await provider.list(1)).toEqual(before);
  });

  test('extend counts the lease of all anew, or changes nothing when one is gone', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b'], { leaseMs: 2_000 });
    await granted(provider, request);
    expect(await provider.extend(request, 60_000)).toEqual({ held: true, contended: false });
    const [lock] = await provider.list(1);
    expect((lock?.expiresAtMs ?? 0) - Date.now()).toBeGreaterThan(50_000);

    await lab.query(`UPDATE $schema.lease SET token = 'thief' WHERE resource = 'b'`);
    const before = await provider.list(2);
    expect((await provider.extend(request, 90_000)).held).toBe(false);
    expect(await provider.list(2)).toEqual(before);
    expect(await provider.release(request)).toBe(false);
    expect(await provider.list(2)).toEqual([before.find(({ resource }) => resource === 'b')]);
  });

  test('a lease that ended is never brought back to life', async () => {
    const provider = lab.provider();
    const request = lab.request('a', { leaseMs: 50 });
    await granted(provider, request);
    await sleep(70);
    expect((await provider.extend(request, 1_000)).held).toBe(false);
    expect(await provider.release(request)).toBe(false);
    expect(await provider.list(10)).toEqual([]);
  });

  test('release frees at once, and a repetition says that nothing was held', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b']);
    await granted(provider, request);
    expect(await provider.release(request)).toBe(true);
    expect(await provider.release(request)).toBe(false);
    await granted(lab.provider(), lab.request(['a', 'b']));
  });
});

describe('adopt', () => {
  test('[case 29] hands over all at once with the same fences; of two adopters one wins; the sender is told', async () => {
    const [sender, receiver] = [lab.provider(), lab.provider()];
    const request = lab.request(['a', 'b']);
    const { fences } = await granted(sender, request);
    const ear = new Ear(sender, request, { atOnce: true });
    await until(() => ear.looked === 1, { what: 'it listens, though nothing was refused' });
    const successors = [lab.request(['a', 'b']), lab.request(['a', 'b'])];
    const answers = await Promise.all(successors.map((successor) => receiver.adopt(request, successor)));
    const winner = answers.findIndex((answer) => answer !== undefined);
    expect(answers[winner]).toEqual({ granted: true, fences });
    expect(answers[1 - winner]).toBeUndefined();
    await until(() => ear.events.some((event) => 'adopted' in event), { what: 'the sender is told' });
    expect((await sender.extend(request, 1_000)).held).toBe(false);
    expect((await receiver.extend(successors[winner] as LockRequest, 1_000)).held).toBe(true);
    expect(await receiver.adopt(request, successors[winner] as LockRequest)).toEqual({
      granted: true,
      fences,
    });
  });

  test('changes nothing when one of the locks is gone', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b']);
    await granted(provider, request);
    await lab.query(`UPDATE $schema.lease SET token = 'thief' WHERE resource = 'b'`);
    const before = await provider.list(2);
    expect(await provider.adopt(request, lab.request(['a', 'b']))).toBeUndefined();
    expect(await provider.list(2)).toEqual(before);
  });
});

describe('list, values, sweep', () => {
  test('lists who holds what since when, with the waiting, and at most so many', async () => {
    const provider = lab.provider();
    const request = lab.request(['a', 'b'], { owner: 'worker 7' });
    const { fences } = await granted(provider, request);
    await provider.acquire(lab.request('b', { placeMs: 1_000 }));
    await granted(provider, lab.request('ended', { leaseMs: 1 }));
    await sleep(5);
    const locks = await provider.list(10);
    expect(locks).toMatchObject([
      {
        resource: 'a',
        resources: ['a'],
        token: request.token,
        owner: 'worker 7',
        fence: fences[0],
        waiters: 0,
      },
      {
        resource: 'b',
        resources: ['b'],
        token: request.token,
        owner: 'worker 7',
        fence: fences[1],
        waiters: 1,
      },
    ]);
    expect(Math.abs((locks[0]?.acquiredAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
    expect((locks[0]?.expiresAtMs ?? 0) - (locks[0]?.acquiredAtMs ?? 0)).toBeCloseTo(30_000, -1);
    expect(await provider.list(1)).toHaveLength(1);
  });

  test('values are shared, replaced, deleted, and end in time', async () => {
    const [one, two] = [lab.provider(), lab.provider()];
    await one.values.set('k', '{"a":1}', 60_000);
    const read = await two.values.get('k');
    expect(read?.value).toBe('{"a":1}');
    expect(read?.remainingMs).toBeGreaterThan(50_000);
    await two.values.set('k', '', 500);
    expect(await one.values.get('k')).toMatchObject({ value: '' });
    await sleep(520);
    expect(await one.values.get('k')).toBeUndefined();
    await one.values.set('k', 'v', 1_000);
    await one.values.delete('k');
    expect(await two.values.get('k')).toBeUndefined();
    await expect(one.values.set('a\0', 'v', 1_000)).rejects.toThrow(LockUsageError);
  });

  test('the sweep removes what was not held for a day, in stretches, and nothing else', async () => {
    const provider = lab.provider();
    await granted(provider, lab.request(['held', 'old:1', 'old:2', 'young']));
    await lab.query(`UPDATE $schema.lease SET token = NULL, expires_at = clock_timestamp() - interval '25 hours'
                      WHERE resource LIKE 'old%'`);
    await lab.query(
      `UPDATE $schema.lease SET token = NULL, expires_at = clock_timestamp() WHERE resource = 'young'`,
    );
    await provider.values.set('over', 'v', 1);
    await provider.values.set('alive', 'v', 60_000);
    await provider.acquire(lab.request('held', { token: 'waits', placeMs: 60_000 }));
    await sleep(5);
    const swept = async (after: string) =>
      (await lab.query<{ next: string | null }>('SELECT $schema.sweep($1, 2) AS next', [after]))[0]?.next;
    expect([await swept(''), await swept('old:1'), await swept('young')]).toEqual(['old:1', 'young', null]);
    expect(await lab.query('SELECT resource FROM $schema.lease ORDER BY 1')).toEqual([
      { resource: 'held' },
      { resource: 'young' },
    ]);
    expect(await lab.query('SELECT key FROM $schema.value')).toEqual([{ key: 'alive' }]);
    expect(await lab.query('SELECT token FROM $schema.place')).toEqual([{ token: 'waits' }]);
  });
});

async function granted(provider: PostgresLockProvider, request: LockRequest): Promise<Grant> {
  const answer = await provider.acquire(request);
  if (!answer.granted) throw new Error(`${answer.resource} was not granted`);
  return answer;
}

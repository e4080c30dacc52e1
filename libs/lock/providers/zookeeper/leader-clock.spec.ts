import { expect, test } from '@jest/globals';
import { LeaderClock } from './leader-clock.js';

const stat = (leader: bigint, mtimeMs: number) => ({
  mzxid: (leader << 32n) + 1n,
  mtimeMs,
  version: 1,
  childCount: 0,
});
const soon = () => performance.now() + 1_000;

test('an age is measured on the clock of the leader that stamped it, which a write tells', async () => {
  let writes = 0;
  const clock = new LeaderClock(() => {
    writes += 1;
    clock.note(stat(1n, 5_000_000));
    return Promise.resolve();
  });
  const ageMs = await clock.ageMs('/a', stat(1n, 5_000_000 - 700), soon());
  expect(ageMs).toBeGreaterThanOrEqual(700);
  expect(ageMs).toBeLessThan(5_700);
  expect(await clock.ageMs('/b', stat(1n, 5_000_000 + 60_000), soon())).toBe(0); // never negative
  expect(writes).toBe(1);
});

test('what an earlier leader stamped is as old as it has been known, and anew after each change', async () => {
  const clock = new LeaderClock(() => Promise.resolve());
  clock.note(stat(2n, 0));
  const old = stat(1n, -1_000_000);
  expect(await clock.ageMs('/a', old, soon())).toBeLessThan(500);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const known = await clock.ageMs('/a', old, soon());
  expect(known).toBeGreaterThanOrEqual(29);
  const changed = { ...old, mzxid: old.mzxid + 1n };
  expect(await clock.ageMs('/a', changed, soon())).toBeLessThan(known);
});

test('an answer of an earlier leader that comes late does not turn the clock back', async () => {
  const clock = new LeaderClock(() => Promise.reject(new Error('it knows the time')));
  clock.note(stat(2n, 1_000_000));
  clock.note(stat(1n, 0));
  expect(await clock.ageMs('/a', stat(2n, 1_000_000 - 50), soon())).toBeGreaterThanOrEqual(50);
});

test('what was heard of the clock is good for ten seconds and one connection', async () => {
  let writes = 0;
  const clock = new LeaderClock(() => {
    writes += 1;
    clock.note(stat(1n, 500));
    return Promise.resolve();
  });
  clock.note(stat(1n, 5_000_000));
  clock.forget(); // the leader's clock was set back meanwhile
  const ages = await Promise.all([1, 2, 3].map((n) => clock.ageMs(`/${n}`, stat(1n, 450), soon())));
  for (const ageMs of ages) expect(ageMs).toBeLessThan(1_000);
  expect(writes).toBe(1); // for all of them
});

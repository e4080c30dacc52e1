import type { LocalRedis } from '#local';
import { pause, type Verdict } from '#load';
import type { Drill, Ground, Incident, Scene } from './drill.js';
import { fact } from './fact.js';
import { postgresOf, redisOf } from './servers/stores.js';

const NODES = 5;
const VOTES_AFTER_MS = 10_500; // a node that has just started keeps away from votes for ten seconds
const LOOK_MS = 1_000;
const ACQUIRED = 'holdfast_lock_acquired_total';
const WITHOUT_LOCK = 'holdfast_orders_without_lock_total';

/** With three of five the quorum goes on; with two there is none, and the row locks alone are left. */
export const redlockTwoOfFive: Drill = {
  name: 'redlock-two-of-five',
  about:
    'kill -9 of two of five Redlock nodes, without which it goes on, and then of a third, without which it cannot',
  prepare,
};

async function prepare(ground: Ground): Promise<Scene> {
  const postgres = await postgresOf(ground);
  const limits = await redisOf(ground, 'redis');
  const nodes: LocalRedis[] = [];
  while (nodes.length < NODES) nodes.push(await redisOf(ground, `redlock-${nodes.length + 1}`));
  ground.print(`Waiting until the nodes vote: ${Math.round(VOTES_AFTER_MS / 1000)} s`);
  await pause(VOTES_AFTER_MS, ground.signal);
  const seen: Verdict[] = [];

  async function strike(incident: Incident): Promise<void> {
    const kill = (from: number, to: number) => Promise.all(nodes.slice(from, to).map((node) => node.kill()));
    seen.push(locksTaken('with all five nodes', await countsNow(incident)));
    incident.lost('two of five nodes are killed');
    await kill(0, 2);
    seen.push(locksTaken('with three of five nodes', await countsNow(incident)));
    incident.note(`A third node was killed ${LOOK_MS / 1000} s after the two.`);
    await kill(2, 3);
    const { without } = await countsNow(incident);
    const detail = `${without} orders in ${LOOK_MS / 1000} s`;
    seen.push(fact('row locks alone with two of five nodes', without > 0, detail));
  }

  return {
    env: {
      DATABASE_URL: postgres.url,
      REDIS_URL: limits.url,
      LOCK_PROVIDER: 'redlock',
      REDLOCK_URLS: nodes.map(({ url }) => url).join(','),
    },
    strike,
    recordUrl: () => postgres.url,
    verdicts: () => Promise.resolve(seen),
  };
}

interface LockCounts {
  /** Locks that were granted. */
  readonly acquired: number;
  /** Orders that were placed without one. */
  readonly without: number;
}

/** What the service counts in the next moments. */
async function countsNow({ metric, pause }: Incident): Promise<LockCounts> {
  const before = { acquired: await metric(ACQUIRED), without: await metric(WITHOUT_LOCK) };
  await pause(LOOK_MS);
  return {
    acquired: (await metric(ACQUIRED)) - before.acquired,
    without: (await metric(WITHOUT_LOCK)) - before.without,
  };
}

function locksTaken(when: string, { acquired }: LockCounts): Verdict {
  return fact(`locks are taken ${when}`, acquired > 0, `${acquired} in ${LOOK_MS / 1000} s`);
}

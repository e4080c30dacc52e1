import type { Verdict } from '#load';
import type { Drill, Ground, Incident, Scene } from './drill.js';
import { fact } from './fact.js';
import { FenceWatch } from './fences.js';
import { rolesWhen, startPatroniCluster, type Roles } from './servers/patroni-cluster.js';
import { redisOf } from './servers/stores.js';

/** Nobody does anything: Patroni promotes the synchronous standby, HAProxy leads to it, the service goes on. */
export const patroni: Drill = {
  name: 'patroni',
  about: 'kill -9 of the primary of three PostgreSQL under Patroni with etcd and HAProxy, and of its Patroni',
  prepare,
};

async function prepare(ground: Ground): Promise<Scene> {
  const redis = await redisOf(ground, 'redis');
  const cluster = await startPatroniCluster(ground);
  const fences = new FenceWatch();
  let before = await cluster.roles();
  let after = before;

  async function strike({ lost, note, signal }: Incident): Promise<void> {
    before = await rolesWhen(cluster.roles, ({ synchronous }) => synchronous !== undefined, signal);
    const { primary: old, primaryUrl } = before;
    await fences.remember(primaryUrl ?? '');
    lost(`${old?.name ?? ''}, the primary, is killed, and its Patroni`);
    const lostMs = performance.now();
    await old?.kill();
    after = await rolesWhen(cluster.roles, ({ primary }) => primary !== undefined && primary !== old, signal);
    note(`Patroni had ${after.primary?.name ?? ''} as primary after ${seconds(performance.now() - lostMs)}.`);
  }

  return {
    env: { DATABASE_URL: cluster.url, REDIS_URL: redis.url, LOCK_PROVIDER: 'redis' },
    strike,
    recordUrl: () => after.primaryUrl ?? '',
    verdicts: async () => [
      promotedTheSynchronous(before, after),
      await fences.verdict(after.primaryUrl ?? ''),
    ],
  };
}

/** The other standby may lack what was acknowledged. */
function promotedTheSynchronous(before: Roles, after: Roles): Verdict {
  const promoted = after.primary?.name ?? 'nobody';
  const synchronous = before.synchronous?.name ?? 'nobody';
  const detail = `${promoted} is the primary, ${synchronous} was the synchronous standby`;
  return fact('the synchronous standby was promoted', promoted === synchronous, detail);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

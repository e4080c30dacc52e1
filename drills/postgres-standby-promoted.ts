import type { Drill, Ground, Incident, Scene } from './drill.js';
import { FenceWatch } from './fences.js';
import { promote, startPostgresPair, stopFollowing, type PostgresPair } from './servers/postgres-pair.js';
import { redisOf } from './servers/stores.js';

const LAG_MS = 500;

/** What was acknowledged is on the standby; what was not may be on the old primary alone, which nobody may ask again. */
export const postgresStandbyPromoted: Drill = {
  name: 'postgres-standby-promoted',
  about: 'kill -9 of the primary PostgreSQL; its synchronous standby is promoted by hand',
  prepare: async (ground) =>
    sceneOf(ground, await startPostgresPair(ground, { synchronous: true }), () => Promise.resolve()),
};

/** The control: nobody waits for this standby, and it lags. What was acknowledged meanwhile must be missed. */
export const postgresLaggardPromoted: Drill = {
  name: 'postgres-laggard-promoted',
  about:
    'control: the same with a standby that nobody waits for; it loses orders and must be caught: exit code 1',
  control: true,
  prepare: async (ground) => {
    const pair = await startPostgresPair(ground, { synchronous: false });
    return sceneOf(ground, pair, async ({ pause }) => {
      await stopFollowing(pair.standby);
      await pause(LAG_MS);
    });
  },
};

async function sceneOf(
  ground: Ground,
  { primary, standby }: PostgresPair,
  before: (incident: Incident) => Promise<void>,
): Promise<Scene> {
  const redis = await redisOf(ground, 'redis');
  const address = await ground.openRelay(primary.port);
  const fences = new FenceWatch();
  let record = primary;

  async function strike(incident: Incident): Promise<void> {
    await before(incident);
    await fences.remember(primary.url);
    incident.lost('the primary is killed');
    const lostMs = performance.now();
    await primary.kill();
    address.leadTo(); // before anything else: the old primary is cut off, whether or not it is dead
    await promote(standby);
    address.leadTo(standby.port);
    record = standby;
    incident.note(`The standby was the primary after ${Math.round(performance.now() - lostMs)} ms.`);
  }

  return {
    env: { DATABASE_URL: address.through(primary.url), REDIS_URL: redis.url, LOCK_PROVIDER: 'redis' },
    strike,
    recordUrl: () => record.url,
    verdicts: async () => [await fences.verdict(standby.url)],
  };
}

import type { Drill } from './drill.js';
import { patroni } from './patroni.js';
import { postgresLaggardPromoted, postgresStandbyPromoted } from './postgres-standby-promoted.js';
import { redisReplicaPromoted } from './redis-replica-promoted.js';
import { redlockTwoOfFive } from './redlock-two-of-five.js';

/** Every drill, in the order of `--list` and `--all`. */
export const DRILLS: readonly Drill[] = [
  redisReplicaPromoted,
  redlockTwoOfFive,
  postgresStandbyPromoted,
  patroni,
  postgresLaggardPromoted,
];

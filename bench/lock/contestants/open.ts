import { openBare } from './bare.js';
import type { Contestant, Servers } from './contestant.js';
import { openMedusa } from './medusa.js';
import { openOurs } from './ours.js';
import { openRedisSemaphore } from './redis-semaphore.js';
import { openRedlock } from './redlock.js';
import { BARE, type ContestantName } from './roster.js';

export function openContestant(name: ContestantName, servers: Servers): Contestant {
  switch (name) {
    case BARE:
      return openBare(servers);
    case 'redlock':
      return openRedlock(servers);
    case 'redis-semaphore':
      return openRedisSemaphore(servers);
    case 'medusa':
      return openMedusa(servers);
    default:
      return openOurs(name, servers);
  }
}

import { afterAll, describe, it } from '@jest/globals';
import { FallbackLockProvider, type LockProvider } from '#lock';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance, type ConformanceSubject } from '#lock/conformance';
import { MemoryLockStore } from '../../../libs/lock/providers/memory/memory-lock-store.js';
import { findPostgresPrograms } from '../../../local/postgres-programs.js';
import { ensureRedisProgram } from '../../../local/redis-program.js';
import { OPTIONS } from '../../support/full-size.js';
import { PostgresStore } from './postgres-store.js';
import { REDIS_ABILITIES } from './redis-servers.js';
import { RedisStore } from './redis-store.js';
import { startedOrMissing } from './servers.js';

const { store, missing } = await startedOrMissing(ensureRedisProgram, () => RedisStore.start());
afterAll(() => store?.stop());

const postgres = await startedOrMissing(findPostgresPrograms, () => PostgresStore.start());
afterAll(() => postgres.store?.stop());

/** As the processes of a chain would share it, were memory a server. */
const beside = new MemoryLockStore();

function chain(fallback: LockProvider): LockProvider {
  return new FallbackLockProvider({ primary: started().open(), fallback, maxLeaseMs: 1_000, pollMs: 200 });
}

const OF_A_QUORUM = 'one Redis is no quorum';

const subject: ConformanceSubject = {
  name: 'redis',
  abilities: REDIS_ABILITIES,
  open: () => started().open(),
  child: () => started().child,
  another: () => new MemoryLockProvider(),
  ...(store && { faults: store.faults, counts: store.counts }),
  ...(missing !== undefined && { missing }),
  chains: {
    'redis→memory': () => chain(new MemoryLockProvider({ store: beside })),
    ...(postgres.store && { 'redis→postgres': () => chain(postgres.store.open()) }),
  },
  notClaimed: {
    26: OF_A_QUORUM,
    27: OF_A_QUORUM,
    37: 'it takes no connection from the pool of the job',
    38: 'one Redis has no replica to fail over to, and no slots',
  },
};

function started(): RedisStore {
  if (!store) throw new Error(missing);
  return store;
}

describeConformance(subject, { describe, it }, OPTIONS);

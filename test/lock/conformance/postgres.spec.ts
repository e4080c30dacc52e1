import assert from 'node:assert/strict';
import { afterAll, describe, it } from '@jest/globals';
import { Pool } from 'pg';
import { MemoryLockProvider } from '#lock/memory';
import { PostgresLockProvider } from '#lock/postgres';
import { describeConformance, type CaseContext, type ConformanceSubject } from '#lock/conformance';
import { findPostgresPrograms } from '../../../local/postgres-programs.js';
import { OPTIONS } from '../../support/full-size.js';
import { PostgresStore } from './postgres-store.js';
import { startedOrMissing } from './servers.js';

const { store, missing } = await startedOrMissing(findPostgresPrograms, () => PostgresStore.start());
afterAll(() => store?.stop());

const OF_A_QUORUM = 'one PostgreSQL is no quorum';

const subject: ConformanceSubject = {
  name: 'postgres',
  abilities: ['distributed', 'fencing', 'fair', 'handOver', 'inspection', 'sharing', 'sharedValues'],
  open: () => started().open(),
  child: () => started().child,
  record: () => started().record(),
  another: () => new MemoryLockProvider(),
  failureBudgetMs: 5_000,
  ...(store && { faults: store.faults }),
  ...(missing !== undefined && { missing }),
  notClaimed: {
    26: OF_A_QUORUM,
    27: OF_A_QUORUM,
    38: 'its failover is a drill (npm run drill), and it has no slots',
  },
  cases: { 37: poolOfOne },
};

function started(): PostgresStore {
  if (!store) throw new Error(missing);
  return store;
}

/** The provider and the job's transactions share one connection, which none of them may keep while it wants another. */
async function poolOfOne(context: CaseContext): Promise<void> {
  const pool = new Pool({ connectionString: started().url, max: 1, connectionTimeoutMillis: 5_000 });
  context.onEnd(() => pool.end());
  await pool.query('CREATE TABLE IF NOT EXISTS sold (count integer)');
  await pool.query('INSERT INTO sold VALUES (0)');
  const locks = context.managerOf(new PostgresLockProvider({ pool }));
  const sell = (): Promise<void> =>
    locks.using(context.resource(), { leaseMs: 1_000, waitMs: 20_000 }, async (lock) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('UPDATE sold SET count = count + 1');
        await client.query('COMMIT');
      } finally {
        client.release();
      }
      assert.equal(lock.signal.aborted, false);
    });
  await Promise.all(Array.from({ length: 20 }, sell));
  const { rows } = await pool.query<{ count: number }>('SELECT count FROM sold');
  assert.deepEqual(rows, [{ count: 20 }]);
}

describeConformance(subject, { describe, it }, OPTIONS);

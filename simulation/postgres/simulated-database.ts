import type { Pool } from 'pg';
import { Database } from '#platform';
import type { ConnectionPool } from './connection-pool.js';

/** The service's own `Database`, on connections to the simulated server. */
export class SimulatedDatabase extends Database {
  override readonly pool: Pool;

  constructor(pool: ConnectionPool) {
    super({ url: 'postgres://simulated', poolSize: 1 });
    this.pool = pool as unknown as Pool; // what `Database` uses of one
  }
}

import path from 'node:path';
import { Client } from 'pg';
import { holdsWithin, LocalError, startPostgres, startStandby, type LocalPostgres } from '#local';
import type { Ground } from '../drill.js';

/** A primary and the standby that follows it. */
export interface PostgresPair {
  readonly primary: LocalPostgres;
  readonly standby: LocalPostgres;
}

const STANDBY = 'standby';
const SYNCHRONOUS_WITHIN_MS = 20_000;

/**
 * @param synchronous whether the primary acknowledges nothing before its standby has it on disk
 * @throws LocalError when a server does not start, or the standby does not follow
 */
export async function startPostgresPair(
  { directory, servers, signal }: Ground,
  { synchronous }: { synchronous: boolean },
): Promise<PostgresPair> {
  const of = path.join(directory, 'postgres-primary');
  const first = await startPostgres({ directory: of, signal });
  const started = { directory: path.join(directory, 'postgres-standby'), name: STANDBY, of, signal };
  const { primary, standby } = await startStandby(servers.add(first, 'SIGQUIT'), started);
  servers.add(primary, 'SIGQUIT'); // ends its children as well
  servers.add(standby, 'SIGQUIT');
  if (synchronous) await becomeSynchronous(primary);
  return { primary, standby };
}

/** The standby ends its recovery and takes writes. */
export async function promote(standby: LocalPostgres): Promise<void> {
  await asking(standby.url, (client) => client.query('SELECT pg_promote(wait => true)'));
}

/** The standby hears no more of what its primary writes. */
export async function stopFollowing(standby: LocalPostgres): Promise<void> {
  await asking(standby.url, async (client) => {
    await client.query(`ALTER SYSTEM SET primary_conninfo = ''`);
    await client.query('SELECT pg_reload_conf()');
  });
}

async function becomeSynchronous(primary: LocalPostgres): Promise<void> {
  await asking(primary.url, async (client) => {
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
    await client.query('SELECT pg_reload_conf()');
    const isSynchronous = async () => {
      const { rowCount } = await client.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`);
      return (rowCount ?? 0) > 0;
    };
    if (await holdsWithin(isSynchronous, { withinMs: SYNCHRONOUS_WITHIN_MS })) return;
    throw new LocalError(`The standby does not follow; see ${primary.logFile}.`);
  });
}

async function asking<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LocalError } from './errors.js';
import { findPostgresPrograms } from './postgres-programs.js';
import { startPostgres, type LocalPostgres } from './postgres.js';

export interface StandbyOptions {
  /** Where the standby is to live; it must not exist yet. */
  readonly directory: string;
  /** What the primary calls it, in `pg_stat_replication` and `synchronous_standby_names`. */
  readonly name: string;
  /** The directory of the primary. */
  readonly of: string;
  readonly signal?: AbortSignal;
}

/**
 * Stops the primary in `of`, copies its cluster, and starts both: `directory` then follows by streaming, and answers
 * reads. (The PostgreSQL that npm brings has no pg_basebackup, and the copy of a stopped cluster needs none.)
 * @throws LocalError with the last lines of the log of the one that did not start
 */
export async function startStandby(
  primary: LocalPostgres,
  { directory, name, of, signal }: StandbyOptions,
): Promise<{ primary: LocalPostgres; standby: LocalPostgres }> {
  await primary.stop();
  copyFolder(path.resolve(of), path.resolve(directory));
  const start = { ...(signal ? { signal } : {}) };
  const again = await startPostgres({ ...start, directory: of, port: primary.port });
  try {
    await follow(path.join(path.resolve(directory), 'cluster'), { name, primary: again });
    return { primary: again, standby: await startPostgres({ ...start, directory }) };
  } catch (error) {
    await again.stop();
    throw error;
  }
}

/** With owners and modes: PostgreSQL wants both as they are. */
function copyFolder(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new LocalError(`Could not copy ${from} to ${to}: ${stderr.trim()}`);
}

async function follow(
  cluster: string,
  { name, primary }: { name: string; primary: LocalPostgres },
): Promise<void> {
  const { hostname, port, username, password } = new URL(primary.url);
  const conninfo = `host=${hostname} port=${port} user=${username} password=${password} application_name=${name}`;
  appendFileSync(path.join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  const signalFile = path.join(cluster, 'standby.signal');
  writeFileSync(signalFile, '');
  (await findPostgresPrograms()).own(signalFile); // it removes the file when it is promoted
}

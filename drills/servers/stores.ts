import path from 'node:path';
import { startPostgres, startRedis, type LocalPostgres, type LocalRedis } from '#local';
import type { Ground } from '../drill.js';

/** A Redis of the drill's own. */
export async function redisOf(
  { directory, servers, print }: Ground,
  name: string,
  args: readonly string[] = [],
): Promise<LocalRedis> {
  return servers.add(await startRedis({ directory: path.join(directory, name), args, print }));
}

/** A single PostgreSQL of the drill's own, for one that breaks something else. */
export async function postgresOf({ directory, servers, signal }: Ground): Promise<LocalPostgres> {
  const postgres = await startPostgres({ directory: path.join(directory, 'postgres'), signal });
  return servers.add(postgres, 'SIGQUIT'); // ends its children as well
}

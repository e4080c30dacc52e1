import { readdirSync } from 'node:fs';
import path from 'node:path';
import { stopLeftOverPostgres } from './postgres.js';
import { stopLeftOverRedis } from './redis.js';

const MAX_DEPTH = 6;

/** Stops every PostgreSQL and Redis that was started somewhere below `folder` and whose launcher did not stop it. */
export async function stopServersBelow(folder: string, depth = 0): Promise<void> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has('redis.pid')) await stopLeftOverRedis(folder);
  if (names.has('PG_VERSION')) return stopLeftOverPostgres(folder);
  if (depth >= MAX_DEPTH) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await stopServersBelow(path.join(folder, entry.name), depth + 1);
  }
}

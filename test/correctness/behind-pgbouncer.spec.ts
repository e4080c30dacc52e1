import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startPgBouncer, type LocalPgBouncer } from '#local';
import { Database, migrate, missingSessionSettings } from '#platform';
import { cloneDatabase, testPostgresUrl } from '../support/database.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { Shop } from '../support/shop.js';
import { correctnessSuite } from './suite.js';

const folder = temporaryFolder('pgbouncer');
let pgbouncer: LocalPgBouncer;

beforeAll(async () => {
  pgbouncer = await startPgBouncer(testPostgresUrl(), {
    directory: folder.path,
    roles: ['holdfast_runtime'],
  });
}, 120_000);

afterAll(async () => {
  await pgbouncer.stop();
  folder.remove();
});

const environment = () => ({ PREPARED_STATEMENTS: String(pgbouncer.keepsPreparedStatements) });
const through = (url: string) => pgbouncer.through(url);

correctnessSuite('batched, behind PgBouncer in transaction mode', environment, { through, crowd: 300 });

test('its sessions have the settings that the service asks for', async () => {
  const clone = await cloneDatabase();
  const database = new Database({ url: through(clone.url), poolSize: 1, preparedStatements: false });
  expect(await missingSessionSettings(database)).toEqual([]);
  await database.close();
  await clone.drop();
});

test('a service whose settings do not reach its sessions says which', async () => {
  const clone = await cloneDatabase();
  const lines: string[] = [];
  const without = `${clone.url}?lock_timeout=0&options=`;
  const shop = await Shop.openOn(without, {}, clone.drop, (line) => lines.push(line));
  await shop.close();
  expect(lines.join()).toContain('enable_seqscan, lock_timeout: not as this service asks for');
}, 60_000);

test('migrations want PostgreSQL itself, and say so', async () => {
  const clone = await cloneDatabase();
  await expect(migrate(through(clone.url))).rejects.toThrow(
    'DATABASE_URL leads through a pooler: migrations need the URL of PostgreSQL itself.',
  );
  await clone.drop();
});

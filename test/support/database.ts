import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A migrated database of a test file's own. */
export interface ClonedDatabase {
  readonly url: string;
  /** Ends whatever sessions are left in it, and removes it. */
  readonly drop: () => Promise<void>;
}

const CLONE_LOCK = 7_310_482; // an advisory lock: copies of one template, one after another

/**
 * Copies the template that `npm test` migrated once for the run; takes a few dozen milliseconds.
 * @throws an Error that says so when the tests were not started by `npm test`
 */
export async function cloneDatabase(): Promise<ClonedDatabase> {
  const server = testVariable('TEST_POSTGRES_URL');
  const template = testVariable('TEST_TEMPLATE_DATABASE');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]); // let go when the session ends
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: databaseUrl(server, name),
    drop: () => asSuperuser(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** The Redis of the run. Other test files use it too: give every key a prefix of its own. */
export function testRedisUrl(): string {
  return testVariable('TEST_REDIS_URL');
}

function testVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests through "npm test".`);
  return value;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function asSuperuser(server: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: server, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

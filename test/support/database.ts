import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';

/** A database of a test file's own. */
export interface ClonedDatabase {
  readonly url: string;
  /** Ends whatever sessions are left in it, and removes it. */
  readonly drop: () => Promise<void>;
}

const CLONE_PREFIX = 'test_';
const CLONE_LOCK = 7_310_482; // an advisory lock: copies of one template, one after another

/**
 * Copies the template that `npm test` migrated once for the run; takes a few dozen milliseconds.
 * @throws an Error that says so when the tests were not started by `npm test`
 */
export function cloneDatabase(): Promise<ClonedDatabase> {
  return copyOf(testVariable('TEST_TEMPLATE_DATABASE'), CLONE_PREFIX);
}

/** An empty one, in which no role has rights yet. */
export function createDatabase(): Promise<ClonedDatabase> {
  return copyOf('template1', 'empty_');
}

async function copyOf(template: string, prefix: string): Promise<ClonedDatabase> {
  const server = testPostgresUrl();
  const name = prefix + randomBytes(8).toString('hex');
  await asSuperuser(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]); // let go when the session ends
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: databaseUrl(server, name),
    drop: () => asSuperuser(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/**
 * A test's own connections. `end` is over before the server has heard of it: a server that is stopped, or a database that is
 * dropped, right behind it ends them with an error, which unheard would fail whatever test runs by then.
 */
export function openPool(url: string, max: number): Pool {
  const pool = new Pool({ connectionString: url, max });
  pool.on('error', () => undefined);
  return pool;
}

/** The Redis of the run. Other test files use it too: give every key a prefix of its own, a service `redisKeyPrefixOf`. */
export function testRedisUrl(): string {
  return testVariable('TEST_REDIS_URL');
}

/** The same as the user of deploy/redis/users.conf, who may do what the service does. */
export function serviceRedisUrl(): string {
  return testVariable('TEST_SERVICE_REDIS_URL');
}

/** A copy of the template as the role of deploy/postgres/roles.sql that may do what the service does; others as they are. */
export function runtimeUrlOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.pathname.startsWith(`/${CLONE_PREFIX}`)) url.username = 'holdfast_runtime';
  return url.href;
}

/**
 * How the service reaches a database of the run: with the rights of a deployment's service, straight or through the pooler of
 * `npm run test:pgbouncer`.
 */
export function asServed(databaseUrl: string): {
  readonly url: string;
  readonly preparedStatements: boolean;
} {
  const { TEST_POSTGRES_URL: server, TEST_POOLER_PORT: port, TEST_POOLER_PREPARES: prepares } = process.env;
  const url = new URL(runtimeUrlOf(databaseUrl));
  if (!server || !port || url.host !== new URL(server).host)
    return { url: url.href, preparedStatements: true };
  url.port = port;
  return { url: url.href, preparedStatements: prepares === 'true' };
}

/** The server of the run, by its superuser. */
export function testPostgresUrl(): string {
  return testVariable('TEST_POSTGRES_URL');
}

/** Processes that share a database are one deployment, in Redis too. */
export function redisKeyPrefixOf(databaseUrl: string): string {
  return `holdfast:${new URL(databaseUrl).pathname.slice(1)}:`;
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

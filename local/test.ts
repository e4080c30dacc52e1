import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SETTINGS } from '#platform';
import { Client } from 'pg';
import { ensureChromiumProgram } from './chromium-program.js';
import { conformanceTable, readConformanceRun } from './conformance-table.js';
import { LocalError } from './errors.js';
import { faultTable, readFigures } from './fault-table.js';
import { memoryOr } from './memory-folder.js';
import { startPgBouncer } from './pgbouncer.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';
import { PROJECT_ROOT } from './root.js';
import { openRunFolder } from './run-folder.js';
import { countTests, describeCounts, type TestCounts } from './test-counts.js';
import { sleep } from './wait.js';

/**
 * The program behind `npm test`: one PostgreSQL with a migrated template database and one Redis for the run, Jest as
 * a child, the tables of conformance and faults if they were tested, and a last line that counts. Its arguments are
 * Jest's, and `--full`: what takes long in those two runs in its full size; `--pgbouncer`: the service reaches
 * PostgreSQL through PgBouncer in transaction mode.
 */

/** In memory, so that a disk that others keep busy does not decide how long a commit takes. */
const RUNS = memoryOr(path.join(PROJECT_ROOT, '.data'));
const TEMPLATE = 'holdfast_template';
const MIGRATING_ROLE = 'holdfast_migrate';
const RUNTIME_ROLE = 'holdfast_runtime';
const FULL = '--full';
const PGBOUNCER = '--pgbouncer';
const INFORMATIONAL = ['--listTests', '--showConfig', '--help', '-h', '--version', '-v'];

const JEST_LIMIT_MS = 10_000;
const LEAK_LIMIT_MS = 30_000;

let signalJest: (signal: NodeJS.Signals) => void = () => undefined;
let interrupted: NodeJS.Signals | undefined;

async function main(given: string[]): Promise<number> {
  const args = given.filter((arg) => arg !== FULL && arg !== PGBOUNCER);
  const run = await openRunFolder(RUNS, `holdfast-test-of-${os.userInfo().username}`);
  try {
    const environment = await prepare(run.path);
    if (given.includes(PGBOUNCER))
      Object.assign(environment, await startPooler(run.path, environment.TEST_POSTGRES_URL ?? ''));
    if (given.includes(FULL)) environment.TEST_FULL_SIZE = 'true';
    const outputFile = path.join(run.path, 'results.json');
    const figuresFile = (environment.TEST_FIGURES = path.join(run.path, 'figures.jsonl'));
    const watches = args.some((arg) => arg.startsWith('--watch'));
    const leakWatch = watches ? undefined : endLeakingJest(outputFile);
    const code = await runJest(['--json', `--outputFile=${outputFile}`, ...args], environment, { watches });
    clearInterval(leakWatch);
    if (interrupted || args.some((arg) => INFORMATIONAL.includes(arg))) return code;
    const counts = countTests(outputFile);
    const tested = readConformanceRun(outputFile);
    for (const line of conformanceTable(tested)) console.log(line);
    for (const line of faultTable(tested.results, readFigures(figuresFile))) console.log(line);
    await run.remove();
    return conclude(counts, code, args.includes('--passWithNoTests'));
  } finally {
    await run.remove();
  }
}

/** Starts the servers. @returns what the tests find them by */
async function prepare(folder: string): Promise<Record<string, string>> {
  const started = performance.now();
  const chromium = await ensureChromiumProgram(console.log);
  console.log('Starting PostgreSQL and Redis for the tests …');
  const settings = { max_connections: '400', shared_buffers: '256MB', max_wal_size: '2GB' };
  const [postgres, redis] = await Promise.all([
    startPostgres({ directory: path.join(folder, 'postgres'), settings }),
    startRedis({ directory: path.join(folder, 'redis'), print: console.log }),
  ]);
  const temporary = path.join(folder, 'tmp');
  mkdirSync(temporary);
  const server = urlOf(postgres.url, 'postgres');
  await createTemplate(server);
  console.log(`Ready after ${((performance.now() - started) / 1000).toFixed(1)} s; running Jest …`);
  return {
    TEST_POSTGRES_URL: server,
    TEST_TEMPLATE_DATABASE: TEMPLATE,
    TEST_REDIS_URL: redis.url,
    TEST_SERVICE_REDIS_URL: redis.serviceUrl,
    TEST_CHROMIUM: chromium,
    TMPDIR: temporary, // what tests start lies there, so that it is found and stopped after a test that did not get to it
  };
}

async function startPooler(folder: string, server: string): Promise<Record<string, string>> {
  const pooler = await startPgBouncer(server, {
    directory: path.join(folder, 'pgbouncer'),
    print: console.log,
    roles: [RUNTIME_ROLE],
  });
  const prepares = String(pooler.keepsPreparedStatements);
  console.log(`PgBouncer stands before PostgreSQL; prepared statements: ${prepares}.`);
  return { TEST_POOLER_PORT: String(pooler.port), TEST_POOLER_PREPARES: prepares };
}

async function createTemplate(server: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    await createRecord(urlOf(server, TEMPLATE));
    // A copy fails while anyone is connected to its template, the autovacuum included: from now on nobody can be.
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}

/** As a deployment does it: the roles, then the migration step as one of them, which grants to the other. */
async function createRecord(url: string): Promise<void> {
  const { password } = new URL(url);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(readFileSync(path.join(PROJECT_ROOT, 'deploy', 'postgres', 'roles.sql'), 'utf8'));
    for (const role of [MIGRATING_ROLE, RUNTIME_ROLE]) {
      await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(password)}`);
    }
  } finally {
    await client.end();
  }
  const asMigrating = new URL(url);
  asMigrating.username = MIGRATING_ROLE;
  const program = path.join(PROJECT_ROOT, 'dist', 'apps', 'api', 'migrate.js');
  await promisify(execFile)(process.execPath, [program, '--grant-to', RUNTIME_ROLE], {
    env: { ...process.env, DATABASE_URL: asMigrating.href },
  });
}

/**
 * Runs Jest, in a process group of its own: its workers would go on with their files when it alone is ended. Where it
 * watches, it reads from the terminal, which is for the group in the foreground.
 * @returns its exit code
 */
function runJest(
  args: string[],
  environment: Record<string, string>,
  { watches }: { watches: boolean },
): Promise<number> {
  if (interrupted) return Promise.resolve(1);
  const own = new Set<string>(Object.values(SETTINGS).map((setting) => setting.variable));
  const inherited = Object.entries(process.env).filter(([name]) => name === 'NODE_ENV' || !own.has(name));
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const program = path.join(PROJECT_ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const cache = `--cacheDirectory=${path.join(PROJECT_ROOT, 'node_modules', '.cache', 'jest')}`;
  const child = spawn(process.execPath, [...flags, program, cache, ...args], {
    cwd: PROJECT_ROOT,
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: 'inherit',
    detached: !watches,
  });
  signalJest = (signal) => signalProcesses(child, signal, { group: !watches });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      signalJest('SIGKILL'); // a worker that its tests taught to ignore the end
      if (signal && !interrupted) console.error(`Jest was ended by ${signal}.`);
      resolve(code ?? 1);
    });
  });
}

function signalProcesses({ pid }: ChildProcess, signal: NodeJS.Signals, { group }: { group: boolean }): void {
  if (pid === undefined) return;
  try {
    process.kill(group ? -pid : pid, signal);
  } catch {
    // it has ended
  }
}

/** Jest waits for ever for what tests left open. Here it has 30 s after its results, and the run has failed. */
function endLeakingJest(outputFile: string): NodeJS.Timeout {
  let finishedAt: number | undefined;
  return setInterval(() => {
    if (!existsSync(outputFile)) return;
    finishedAt ??= performance.now();
    if (performance.now() - finishedAt < LEAK_LIMIT_MS) return;
    console.error(
      'A test left something open: Jest has its results, but cannot end. Try --detectOpenHandles.',
    );
    signalJest('SIGKILL');
  }, 1_000).unref();
}

function conclude(counts: TestCounts, jestCode: number, passWithNoTests: boolean): number {
  const nothingRan = counts.passed + counts.failed === 0;
  if (nothingRan && !passWithNoTests) console.error('No test ran.');
  console.log(describeCounts(counts));
  if (jestCode !== 0) return jestCode;
  return nothingRan && !passWithNoTests ? 1 : 0;
}

function urlOf(url: string, database: string): string {
  const result = new URL(url);
  result.pathname = `/${database}`;
  return result.href;
}

/** The servers are stopped after Jest. */
async function interrupt(signal: NodeJS.Signals): Promise<void> {
  if (interrupted) return;
  interrupted = signal;
  console.error(`\n${signal}: stopping …`);
  signalJest(signal);
  await sleep(JEST_LIMIT_MS, undefined, { ref: false });
  signalJest('SIGKILL');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void interrupt(signal));
try {
  const code = await main(process.argv.slice(2));
  process.exit(interrupted ? 1 : code);
} catch (error) {
  console.error(error instanceof LocalError ? error.message : error);
  process.exit(1);
}

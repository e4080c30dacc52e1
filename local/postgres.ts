import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { LocalError, reasonOf } from './errors.js';
import { openLog, tailOf } from './log-file.js';
import { freePort } from './ports.js';
import { createCluster } from './postgres-cluster.js';
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs.js';
import {
  commandLineOf,
  DetachedProcess,
  type Exit,
  isAlive,
  stopProcess,
  type StopStep,
} from './processes.js';
import { sleep } from './wait.js';

export interface LocalPostgres {
  /** Connects as the superuser `holdfast` to the database `holdfast`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server ends, by itself or not. */
  readonly exited: Promise<Exit>;
  /** Ends the sessions and shuts down cleanly (SIGINT); harder after 15 s. */
  stop(): Promise<void>;
  /** What `pg_ctl stop -m immediate` does: no checkpoint, the next start recovers from the log. */
  stopImmediately(): Promise<void>;
  /** SIGKILL, as when the machine loses its power. */
  kill(): Promise<void>;
}

export interface PostgresOptions {
  /** Holds cluster, password and log. It belongs to one launcher at a time. */
  readonly directory: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Settings of postgresql.conf for this start, such as `{ shared_buffers: '256MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Calls the start off; `startPostgres` then stops the server and rejects. */
  readonly signal?: AbortSignal;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};
/** They come after the caller's settings: a local server keeps what it acknowledged, whoever asks otherwise. */
const DURABILITY: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

const DATABASE = 'holdfast';
const START_MS = 120_000; // recovery after a crash may take its time
const START_ATTEMPTS = 20;
const RETRIED_FAILURES =
  /could not bind|Address already in use|pre-existing shared memory block|is still in use/;
const FAST: readonly StopStep[] = [
  { signal: 'SIGINT', withinMs: 15_000 },
  { signal: 'SIGQUIT', withinMs: 5_000 },
];
const IMMEDIATE: readonly StopStep[] = [{ signal: 'SIGQUIT', withinMs: 10_000 }];

/**
 * Starts a PostgreSQL 18 of its own on 127.0.0.1, durable as in production, and creates cluster and database at the
 * first start. A server that a killed launcher left in the directory is stopped first.
 * @throws LocalError with the last lines of its log
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const directory = path.resolve(options.directory);
  const cluster = path.join(directory, 'cluster');
  const logFile = path.join(directory, 'postgres.log');
  mkdirSync(directory, { recursive: true });
  const programs = await findPostgresPrograms();
  await stopLeftOverPostgres(cluster);
  const password = await createCluster({ directory, cluster, programs });
  const settings = { ...SETTINGS, ...options.settings, ...DURABILITY };
  const { server, port } = await launch({ ...options, programs, cluster, logFile, settings });
  const end = async (steps: readonly StopStep[]) => {
    await server.stop(steps);
  };
  try {
    await ensureDatabase(urlOf(port, password, 'postgres'));
  } catch (error) {
    await end(FAST);
    throw new LocalError(`PostgreSQL in ${cluster} runs, but does not let us in: ${reasonOf(error)}`);
  }
  return {
    url: urlOf(port, password, DATABASE),
    port,
    pid: server.pid,
    logFile,
    exited: server.exited,
    stop: () => end(FAST),
    stopImmediately: () => end(IMMEDIATE),
    kill: () => end([]),
  };
}

/** Stops the server whose launcher was killed; a postmaster.pid whose number another program has by now is removed. */
export async function stopLeftOverPostgres(cluster: string): Promise<void> {
  const pid = Number(readPostmasterFile(cluster)[0] ?? NaN);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return; // PostgreSQL sees for itself that it is stale
  const commandLine = `${commandLineOf(pid)} `;
  if (commandLine.includes(` -D ${cluster} `)) {
    if (await stopProcess(pid, FAST)) return;
    throw new LocalError(`Could not stop the PostgreSQL left in ${cluster} (process ${pid}).`);
  }
  // Never while it may be a server: the file guards the data against a second one.
  if (!commandLine.includes('postgres')) rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
}

interface Launch extends Pick<PostgresOptions, 'port' | 'signal'> {
  readonly programs: PostgresPrograms;
  readonly cluster: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function launch(options: Launch): Promise<{ server: DetachedProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const { server, logStart } = await spawnServer(options, port);
    if (await becomesReady(server, options)) return { server, port };
    await server.stop(FAST);
    if (options.signal?.aborted) throw new LocalError('The start was called off.');
    const log = tailOf(options.logFile, { fromByte: logStart });
    // Another process took the port, or the processes of a killed server have not ended yet: both pass.
    if (attempt >= START_ATTEMPTS || !RETRIED_FAILURES.test(log)) {
      throw new LocalError(`PostgreSQL did not start in ${options.cluster}. The end of its log:\n${log}`);
    }
    await sleep(250);
  }
}

async function spawnServer(
  { programs, cluster, logFile, settings }: Launch,
  port: number,
): Promise<{ server: DetachedProcess; logStart: number }> {
  const [command = '', ...prefix] = programs.postgres;
  const args = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = openLog(logFile);
  const server = await DetachedProcess.spawn(command, [...prefix, '-D', cluster, ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', log.descriptor, log.descriptor],
  }).finally(() => log.close());
  return { server, logStart: log.startByte };
}

/** @returns false when the server ended, took too long, or was called off */
async function becomesReady(server: DetachedProcess, { cluster, signal }: Launch): Promise<boolean> {
  const deadline = performance.now() + START_MS;
  while (server.running && !signal?.aborted && performance.now() < deadline) {
    if (isReady(server, cluster)) return true;
    await sleep(20);
  }
  return false;
}

/** postmaster.pid has the number of the process in its first line and its state in its eighth, as pg_ctl reads them. */
function isReady(server: DetachedProcess, cluster: string): boolean {
  const lines = readPostmasterFile(cluster);
  return lines[0] === String(server.pid) && lines[7]?.trim() === 'ready';
}

function readPostmasterFile(cluster: string): string[] {
  try {
    return readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

async function ensureDatabase(maintenanceUrl: string): Promise<void> {
  const client = new Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way reports it
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://holdfast:${password}@127.0.0.1:${port}/${database}`;
}

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { LocalError } from './errors.js';
import { closeLog, openLog, sizeOf, tailOf } from './log-file.js';
import { freePort } from './ports.js';
import { createCluster } from './postgres-cluster.js';
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs.js';
import { commandLineOf, DetachedProcess, isAlive, stopProcess, type StopStep } from './processes.js';
import { sleep } from './wait.js';

export interface LocalPostgres {
  /** Connects as the superuser `holdfast` to the database `holdfast`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
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
  const { server, port } = await launch({
    programs,
    cluster,
    logFile,
    settings,
    port: options.port,
    password,
  });
  const end = async (steps: readonly StopStep[]) => {
    await server.stop(steps);
  };
  return {
    url: urlOf(port, password, 'holdfast'),
    port,
    pid: server.pid,
    logFile,
    stop: () => end(FAST),
    stopImmediately: () => end(IMMEDIATE),
    kill: () => end([]),
  };
}

/** Stops the server whose launcher was killed; a postmaster.pid whose number another program has by now is removed. */
export async function stopLeftOverPostgres(cluster: string): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return; // PostgreSQL sees for itself that it is stale
  const commandLine = commandLineOf(pid);
  if (commandLine.includes(cluster)) {
    if (!(await stopProcess(pid, FAST)))
      throw new LocalError(`Could not stop the PostgreSQL left in ${cluster} (process ${pid}).`);
  } else if (!commandLine.includes('postgres')) {
    rmSync(file, { force: true }); // never while it may be a server: the file guards the data against a second one
  }
}

interface Launch {
  readonly programs: PostgresPrograms;
  readonly cluster: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly port: number | undefined;
  readonly password: string;
}

async function launch(options: Launch): Promise<{ server: DetachedProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const logStart = sizeOf(options.logFile);
    const server = await spawnServer(options, port);
    if (await accepts(server, port, options.password)) return { server, port };
    await server.stop(FAST);
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
): Promise<DetachedProcess> {
  const [command = '', ...prefix] = programs.postgres;
  const args = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = openLog(logFile);
  try {
    return await DetachedProcess.spawn(command, [...prefix, '-D', cluster, ...args], {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', log, log],
    });
  } finally {
    closeLog(log);
  }
}

/** Waits until the server answers, and sees to the database `holdfast`. @returns false when it ended or took too long */
async function accepts(server: DetachedProcess, port: number, password: string): Promise<boolean> {
  const deadline = performance.now() + START_MS;
  while (server.running && performance.now() < deadline) {
    const client = new Client({
      connectionString: urlOf(port, password, 'postgres'),
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined); // the query under way reports it
    try {
      await client.connect();
      const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'holdfast'`);
      if (rowCount === 0) await client.query('CREATE DATABASE holdfast');
      return true;
    } catch (error) {
      if (!isStarting(error)) throw error;
      await sleep(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

function isStarting(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  // 57P03: the server is starting up or recovering
  return code === '57P03' || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('08');
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://holdfast:${password}@127.0.0.1:${port}/${database}`;
}

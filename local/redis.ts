import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { LocalError } from './errors.js';
import { openLog, tailOf } from './log-file.js';
import { readPidFile, removePidFile, writePidFile } from './pid-file.js';
import { freePort } from './ports.js';
import { DetachedProcess, stopProcess, type Exit, type StopStep } from './processes.js';
import { ensureRedisProgram } from './redis-program.js';
import { PROJECT_ROOT } from './root.js';
import { sleep } from './wait.js';

export interface LocalRedis {
  /** As a user who may do everything. */
  readonly url: string;
  /** As the user of deploy/redis/users.conf, who may do what the service does. */
  readonly serviceUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server ends, by itself or not. */
  readonly exited: Promise<Exit>;
  /** Shuts down; nothing is saved. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: the server accepts connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface RedisOptions {
  /** Holds the log and the process number; a server left in it by a killed launcher is stopped first. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Further arguments of redis-server, such as `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[];
  /** Hears what is being done when Redis has to be installed first. */
  readonly print?: (line: string) => void;
}

const START_MS = 30_000;
const START_ATTEMPTS = 5;
const USERS = path.join(PROJECT_ROOT, 'deploy', 'redis', 'users.conf');
const SERVICE_USER = 'holdfast';
const SERVICE_PASSWORD = 'holdfast'; // no secret: who reaches this Redis needs none
const KEEP_NOTHING = ['--save', '', '--appendonly', 'no'];
const STOP: readonly StopStep[] = [{ signal: 'SIGTERM', withinMs: 5_000 }];

/**
 * Starts a Redis of its own on 127.0.0.1 that keeps nothing on disk: whatever lies in it can be rebuilt.
 * @throws LocalError when Redis is missing and cannot be installed, or with the last lines of its log
 */
export async function startRedis(options: RedisOptions = {}): Promise<LocalRedis> {
  const program = await ensureRedisProgram(options.print);
  const directory = path.resolve(options.directory ?? mkdtempSync(path.join(os.tmpdir(), 'holdfast-redis-')));
  mkdirSync(directory, { recursive: true });
  const pidFile = path.join(directory, 'redis.pid');
  await stopLeftOverRedis(directory);
  const logFile = path.join(directory, 'redis.log');
  const { server, port } = await launch({ ...options, program, directory, logFile });
  writePidFile(pidFile, server.pid);
  const ended = () => {
    removePidFile(pidFile);
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    serviceUrl: `redis://${SERVICE_USER}:${SERVICE_PASSWORD}@127.0.0.1:${port}`,
    port,
    pid: server.pid,
    logFile,
    exited: server.exited,
    stop: async () => {
      server.signal('SIGCONT'); // a paused one hears nothing else
      await server.stop(STOP);
      ended();
    },
    kill: async () => {
      await server.kill();
      ended();
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
  };
}

/** Stops the Redis that a killed launcher left in `directory`. */
export async function stopLeftOverRedis(directory: string): Promise<void> {
  const leftOver = readPidFile(path.join(directory, 'redis.pid'));
  if (leftOver && !(await stopProcess(leftOver.pid, STOP))) {
    throw new LocalError(`Could not stop the Redis left in ${directory} (process ${leftOver.pid}).`);
  }
}

interface Launch extends Pick<RedisOptions, 'port' | 'args'> {
  readonly program: string;
  readonly directory: string;
  readonly logFile: string;
}

async function launch(options: Launch): Promise<{ server: DetachedProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const { server, logStart } = await spawnServer(options, port);
    if (await becomesReady(server, port)) return { server, port };
    await server.kill();
    const log = tailOf(options.logFile, { fromByte: logStart });
    if (attempt >= START_ATTEMPTS || !log.includes('Address already in use')) {
      throw new LocalError(`Redis did not start on port ${port}. The end of its log:\n${log}`);
    }
    await sleep(250); // the port was taken meanwhile, or its last owner is still letting go of it
  }
}

async function spawnServer(
  { program, directory, logFile, args = [] }: Launch,
  port: number,
): Promise<{ server: DetachedProcess; logStart: number }> {
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--daemonize', 'no'];
  const log = openLog(logFile);
  const server = await DetachedProcess.spawn(
    program,
    [...place, ...KEEP_NOTHING, ...serviceUser(), ...args],
    {
      cwd: directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', log.descriptor, log.descriptor],
    },
  ).finally(() => log.close());
  return { server, logStart: log.startByte };
}

/** The rules that a deployment has, with a password. */
function serviceUser(): string[] {
  const rules = new RegExp(`^user ${SERVICE_USER} on (.*)$`, 'm').exec(readFileSync(USERS, 'utf8'))?.[1];
  if (rules === undefined) throw new LocalError(`${USERS} names no user ${SERVICE_USER}.`);
  return ['--user', SERVICE_USER, 'on', `>${SERVICE_PASSWORD}`, ...rules.split(' ')];
}

/** @returns false when the server ended or took too long */
async function becomesReady(server: DetachedProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + START_MS;
  while (server.running && performance.now() < deadline) {
    const answer = await ask(port, 'INFO server\r\n');
    // Its own number, because another server may have been quicker to take the port; -NOAUTH, if `args` set a password.
    if (answer.includes(`process_id:${server.pid}\r\n`) || answer.startsWith('-NOAUTH')) return true;
    await sleep(25);
  }
  return false;
}

/** The first bytes that a server answers, or '' when there is none. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const finish = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(''));
    socket.once('error', () => finish(''));
    socket.once('close', () => finish(''));
    socket.once('data', (data) => finish(data.toString('latin1')));
    socket.connect(port, '127.0.0.1', () => socket.write(command));
  });
}

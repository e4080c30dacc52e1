import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { LocalError } from './errors.js';
import { closeLog, openLog, sizeOf, tailOf } from './log-file.js';
import { readPidFile, removePidFile, writePidFile } from './pid-file.js';
import { freePort } from './ports.js';
import { DetachedProcess, stopProcess, type StopStep } from './processes.js';
import { ensureRedisProgram } from './redis-program.js';
import { sleep } from './wait.js';

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
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
  const { server, port } = await launch(program, directory, options);
  writePidFile(pidFile, server.pid);
  const ended = () => {
    removePidFile(pidFile);
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid,
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

async function launch(
  program: string,
  directory: string,
  { port: wanted, args = [] }: RedisOptions,
): Promise<{ server: DetachedProcess; port: number }> {
  const logFile = path.join(directory, 'redis.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    const logStart = sizeOf(logFile);
    const log = openLog(logFile);
    const basics = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--daemonize', 'no'];
    const server = await DetachedProcess.spawn(
      program,
      [...basics, '--save', '', '--appendonly', 'no', ...args],
      {
        cwd: directory,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        stdio: ['ignore', log, log],
      },
    ).finally(() => closeLog(log));
    if (await answers(server, port)) return { server, port };
    await server.kill();
    const text = tailOf(logFile, { fromByte: logStart });
    if (attempt >= START_ATTEMPTS || !text.includes('Address already in use')) {
      throw new LocalError(`Redis did not start on port ${port}. The end of its log:\n${text}`);
    }
    await sleep(250); // the port was taken meanwhile, or its last owner is still letting go of it
  }
}

/** @returns false when the server ended or took too long */
async function answers(server: DetachedProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + START_MS;
  while (server.running && performance.now() < deadline) {
    if (await ping(port)) return true;
    await sleep(25);
  }
  return false;
}

/** Whether a server answers there; one that asks for a password (-NOAUTH) is up as well. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const finish = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', (data) =>
      finish(data.toString('latin1').startsWith('+PONG') || data.toString('latin1').startsWith('-NOAUTH')),
    );
    socket.connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
  });
}

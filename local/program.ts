import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LocalError } from './errors.js';
import { openLog, tailOf } from './log-file.js';
import { readPidFile, removePidFile, writePidFile } from './pid-file.js';
import { DetachedProcess, stopProcess, type Exit, type StopStep } from './processes.js';
import { sleep } from './wait.js';

export interface LocalProgram {
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the program ends, by itself or not. */
  readonly exited: Promise<Exit>;
  /** SIGTERM; SIGKILL follows after 15 s. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** One that listens on a port of 127.0.0.1. */
export interface PortProgram extends LocalProgram {
  readonly port: number;
}

export interface ProgramOptions {
  /** How messages call it. */
  readonly title: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Holds the log and the process number; a program left in it by a killed launcher is stopped first. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it does its work; asked again and again until it does. */
  readonly ready: () => Promise<boolean>;
  /** Default: 60 s. */
  readonly readyTimeoutMs?: number;
  /** Stops the program while it is still starting; `startProgram` then rejects. */
  readonly signal?: AbortSignal;
}

export const PROGRAM_PID_FILE = 'program.pid';
const STOP: readonly StopStep[] = [{ signal: 'SIGTERM', withinMs: 15_000 }];

/** Starts a program of the system in the foreground. @throws LocalError with the last lines of its log */
export async function startProgram(options: ProgramOptions): Promise<LocalProgram> {
  const { command, title, env } = options;
  const directory = path.resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  await stopLeftOverProgram(directory);
  const pidFile = path.join(directory, PROGRAM_PID_FILE);
  const logFile = path.join(directory, 'program.log');
  const [program = '', ...args] = command;
  const log = openLog(logFile);
  const server = await DetachedProcess.spawn(program, args, {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', log.descriptor, log.descriptor],
  }).finally(() => log.close());
  writePidFile(pidFile, server.pid);
  const end = async (steps: readonly StopStep[]) => {
    await server.stop(steps);
    removePidFile(pidFile);
  };
  try {
    await becomeReady(server, options);
  } catch (error) {
    await end(STOP);
    const words = tailOf(logFile, { fromByte: log.startByte });
    throw new LocalError(`${title} ${(error as Error).message} The end of its log:\n${words}`);
  }
  return { pid: server.pid, logFile, exited: server.exited, stop: () => end(STOP), kill: () => end([]) };
}

/** Stops the program that a killed launcher left in `directory`. */
export async function stopLeftOverProgram(directory: string): Promise<void> {
  const leftOver = readPidFile(path.join(directory, PROGRAM_PID_FILE));
  if (leftOver && !(await stopProcess(leftOver.pid, STOP))) {
    throw new LocalError(`Could not stop the program left in ${directory} (process ${leftOver.pid}).`);
  }
}

async function becomeReady(
  server: DetachedProcess,
  { ready, readyTimeoutMs = 60_000, signal }: ProgramOptions,
): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  while (!(await ready())) {
    if (signal?.aborted) throw new Error('was called off.');
    if (!server.running) throw new Error('ended while it was starting.');
    if (performance.now() >= deadline) throw new Error(`was not ready within ${readyTimeoutMs / 1000} s.`);
    await sleep(100);
  }
}

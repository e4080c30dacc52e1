import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { readPidFile } from './pid-file.js';
import { stopLeftOverPostgres } from './postgres.js';
import { stopProcess, type StopStep } from './processes.js';
import { PROGRAM_PID_FILE, stopLeftOverProgram } from './program.js';
import { stopLeftOverRedis } from './redis.js';

const MAX_DEPTH = 6;

const LAUNCHER: readonly StopStep[] = [{ signal: 'SIGTERM', withinMs: 30_000 }]; // it stops its own servers first

/** Stops every launcher, program, PostgreSQL and Redis that was started somewhere below `folder` and still runs. */
export async function stopServersBelow(folder: string, depth = 0): Promise<void> {
  const entries = readFolder(folder);
  const names = new Set(entries.map((entry) => entry.name));
  const launcher = names.has('start.pid') ? readPidFile(path.join(folder, 'start.pid')) : undefined;
  if (launcher) await stopProcess(launcher.pid, LAUNCHER);
  if (names.has('redis.pid')) await stopLeftOverRedis(folder);
  if (names.has(PROGRAM_PID_FILE)) await stopLeftOverProgram(folder); // before a PostgreSQL that it would start again
  if (names.has('PG_VERSION')) return stopLeftOverPostgres(folder);
  if (depth >= MAX_DEPTH) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await stopServersBelow(path.join(folder, entry.name), depth + 1);
  }
}

/** A disk that a killed test has mounted would keep its folder for ever. Without a /proc there is none. */
export function unmountBelow(folder: string): void {
  for (const point of mountPoints().reverse()) {
    if (point.startsWith(folder + path.sep)) spawnSync('umount', [point], { stdio: 'ignore' });
  }
}

function mountPoints(): string[] {
  try {
    const lines = readFileSync('/proc/self/mounts', 'utf8').trimEnd().split('\n');
    return lines.map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '));
  } catch {
    return [];
  }
}

/** Empty when the folder is gone, as what is being stopped tidies up after itself. */
function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

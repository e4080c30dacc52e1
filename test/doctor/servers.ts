import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import path from 'node:path';
import { freePort, startPostgres } from '#local';
import { migrate } from '#platform';
import { findPostgresPrograms } from '../../local/postgres-programs.js';
import { eventually } from '../support/wait.js';

export interface PostgresServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * A migrated PostgreSQL with whatever settings: `startPostgres` does not let anybody lose what was confirmed, so that it only
 * makes the cluster.
 */
export async function startWrongPostgres(
  directory: string,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresServer> {
  const right = await startPostgres({ directory });
  await migrate(right.url);
  await right.stop();
  const { postgres } = await findPostgresPrograms();
  const [command = '', ...prefix] = postgres;
  const port = await freePort();
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings, port: String(port) };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(command, [...prefix, '-D', path.join(directory, 'cluster'), ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  await eventually(() => accepts(port));
  const url = new URL(right.url);
  url.port = String(port);
  return {
    url: url.href,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
    },
  };
}

function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.end();
      resolve();
    });
    socket.once('error', reject);
  });
}

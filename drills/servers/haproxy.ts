import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureProgram, freePort, HAPROXY, startProgram, type PortProgram } from '#local';
import type { Ground } from '../drill.js';

/** A PostgreSQL behind the proxy, and where its health is asked for. */
export interface Backend {
  readonly name: string;
  readonly port: number;
  readonly healthPort: number;
}

/**
 * An address that leads to whichever of them says that it is the primary.
 * @throws LocalError when HAProxy is missing and cannot be installed, or does not start
 */
export async function startHaproxy(ground: Ground, backends: readonly Backend[]): Promise<PortProgram> {
  const { print, servers, signal } = ground;
  const program = await ensureProgram(HAPROXY, print);
  const directory = path.join(ground.directory, 'haproxy');
  const [port, statisticsPort] = [await freePort(), await freePort()];
  const file = path.join(directory, 'haproxy.cfg');
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, configuration({ port, statisticsPort, backends }));
  const command = [program, '-db', '-f', file];
  const ready = () => knowsThePrimary(statisticsPort);
  return {
    ...servers.add(await startProgram({ title: 'HAProxy', command, directory, ready, signal })),
    port,
  };
}

/** As docs/operations.md advises. */
function configuration(options: {
  readonly port: number;
  readonly statisticsPort: number;
  readonly backends: readonly Backend[];
}): string {
  const { port, statisticsPort, backends } = options;
  return [
    'global',
    '  maxconn 1000',
    'defaults',
    '  mode tcp',
    '  retries 2',
    '  timeout connect 2s',
    '  timeout client 1h',
    '  timeout server 1h',
    '  timeout check 1s',
    'listen postgres',
    `  bind 127.0.0.1:${port}`,
    '  option clitcpka',
    '  option srvtcpka',
    '  option httpchk GET /primary',
    '  http-check expect status 200',
    '  default-server inter 500ms fastinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions',
    ...backends.map(
      ({ name, port: postgresPort, healthPort }) =>
        `  server ${name} 127.0.0.1:${postgresPort} check port ${healthPort}`,
    ),
    'listen statistics',
    `  bind 127.0.0.1:${statisticsPort}`,
    '  mode http',
    '  stats enable',
    '  stats uri /',
    '',
  ].join('\n');
}

const STATUS_COLUMN = 17;

/** HAProxy takes every server for healthy until it has asked: it is ready when one alone is left. */
async function knowsThePrimary(statisticsPort: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${statisticsPort}/;csv`;
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    const rows = (await response.text()).split('\n').map((line) => line.split(','));
    const servers = rows.filter(
      ([proxy, name]) => proxy === 'postgres' && name !== 'FRONTEND' && name !== 'BACKEND',
    );
    return servers.filter((row) => row[STATUS_COLUMN]?.startsWith('UP')).length === 1;
  } catch {
    return false;
  }
}

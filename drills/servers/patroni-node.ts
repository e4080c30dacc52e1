import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, postgresUser, startProgram, type LocalProgram } from '#local';
import type { Ground } from '../drill.js';

/** What every node of a cluster has in common. */
export interface ClusterSettings {
  readonly etcdPort: number;
  /** Patroni's own program. */
  readonly patroni: string;
  /** The folder of PostgreSQL's programs. */
  readonly binaries: string;
  readonly superuser: string;
  readonly password: string;
}

/** A PostgreSQL and the Patroni that runs it. */
export interface PatroniNode {
  readonly name: string;
  readonly port: number;
  /** Where Patroni tells who it is: `/primary`, `/cluster`. */
  readonly restPort: number;
  /** SIGKILL of both, as when the machine is lost. */
  readonly kill: () => Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/**
 * How soon a lost primary is noticed: its key in etcd lives for `ttl` seconds. Short, so that a drill is; Patroni wants
 * loop_wait + 2 · retry_timeout <= ttl.
 */
const TIMES = { ttl: 8, loop_wait: 1, retry_timeout: 3 };

/** @throws LocalError when Patroni does not start */
export async function startPatroniNode(
  ground: Ground,
  name: string,
  settings: ClusterSettings,
): Promise<PatroniNode> {
  const { servers, signal } = ground;
  const directory = path.join(ground.directory, name);
  const data = path.join(directory, 'data');
  const user = postgresUser();
  mkdirSync(directory, { recursive: true });
  user.own(directory); // Patroni makes the cluster in it
  const [port, restPort] = [await freePort(), await freePort()];
  const file = path.join(directory, 'patroni.json');
  const configuration = configurationOf({ ...settings, name, directory, data, port, restPort });
  writeFileSync(file, `${JSON.stringify(configuration, undefined, 2)}\n`, { mode: 0o600 }); // JSON is YAML
  user.own(file);
  const patroni = await startProgram({
    title: `Patroni of ${name}`,
    command: [...user.prefix, settings.patroni, file],
    directory,
    env: { HOME: directory },
    ready: () => isRunning(restPort),
    readyTimeoutMs: 120_000,
    signal,
  });
  servers.add(postmasterIn(data), 'SIGQUIT');
  servers.add(patroni);
  return { name, port, restPort, kill: () => killBoth(patroni, data) };
}

async function killBoth(patroni: LocalProgram, data: string): Promise<void> {
  process.kill(postmasterIn(data).pid, 'SIGKILL');
  await patroni.kill();
}

/** Patroni starts it and stops it; whoever has no time for that must know its number. */
function postmasterIn(data: string) {
  const file = path.join(data, 'postmaster.pid');
  return {
    /** NaN while there is none. */
    get pid(): number {
      return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8')) : NaN;
    },
    stop: () => Promise.resolve(),
  };
}

/** Patroni answers, and its PostgreSQL takes connections. */
async function isRunning(restPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${restPort}/health`, {
      signal: AbortSignal.timeout(1_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

interface NodePlace extends ClusterSettings {
  readonly name: string;
  readonly directory: string;
  readonly data: string;
  readonly port: number;
  readonly restPort: number;
}

function configurationOf(node: NodePlace): object {
  const { name, directory, data, port, restPort, etcdPort, binaries, superuser, password } = node;
  return {
    scope: 'holdfast',
    name,
    restapi: { listen: `${LOOPBACK}:${restPort}`, connect_address: `${LOOPBACK}:${restPort}` },
    etcd3: { host: `${LOOPBACK}:${etcdPort}` },
    bootstrap: {
      dcs: { ...TIMES, synchronous_mode: true, postgresql: { use_pg_rewind: true, parameters: PARAMETERS } },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, { auth: 'scram-sha-256' }],
      pg_hba: [
        `host all all ${LOOPBACK}/32 scram-sha-256`,
        `host replication all ${LOOPBACK}/32 scram-sha-256`,
      ],
    },
    postgresql: {
      listen: `${LOOPBACK}:${port}`,
      connect_address: `${LOOPBACK}:${port}`,
      data_dir: data,
      bin_dir: binaries,
      pgpass: path.join(directory, 'pgpass'),
      authentication: {
        superuser: { username: superuser, password },
        replication: { username: 'replicator', password },
      },
      parameters: { unix_socket_directories: '' },
    },
  };
}

/** Durable as in production, like every PostgreSQL of ours. */
const PARAMETERS = {
  max_connections: 200,
  timezone: 'UTC',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { ensureProgram, holdsWithin, LocalError, startEtcd, type SystemProgram } from '#local';
import { throwIfAborted } from '#load';
import type { Ground } from '../drill.js';
import { startHaproxy } from './haproxy.js';
import { startPatroniNode, type ClusterSettings, type PatroniNode } from './patroni-node.js';

const PATRONI: SystemProgram = {
  programs: ['patroni'],
  package: 'patroni',
  service: 'patroni',
  howToGetIt: 'Patroni is missing: run "sudo apt-get install patroni".',
};
const POSTGRES: SystemProgram = {
  programs: ['pg_ctl'],
  package: 'postgresql',
  service: 'postgresql',
  folders: debianFolders,
  howToGetIt: 'PostgreSQL with pg_basebackup is missing: run "sudo apt-get install postgresql".',
};
const NODES = 3;
const FOLLOWED_WITHIN_MS = 60_000;
const SUPERUSER = 'holdfast';
const DATABASE = 'holdfast';

/** Three PostgreSQL under Patroni, one of them a synchronous standby, behind one address. */
export interface PatroniCluster {
  /** Leads through HAProxy to whichever node is the primary. */
  readonly url: string;
  /** Who is what now, as the nodes that answer tell it. */
  readonly roles: () => Promise<Roles>;
}

export interface Roles {
  readonly primary: PatroniNode | undefined;
  readonly synchronous: PatroniNode | undefined;
  /** The primary itself, past the proxy. */
  readonly primaryUrl: string | undefined;
}

/** @throws LocalError when a program is missing and cannot be installed, or does not start */
export async function startPatroniCluster(ground: Ground): Promise<PatroniCluster> {
  const { print, signal, servers, directory } = ground;
  // One member: this drill loses a PostgreSQL, not etcd.
  const etcd = servers.add(await startEtcd({ directory: path.join(directory, 'etcd'), print, signal }));
  const settings: ClusterSettings = {
    patroni: await ensureProgram(PATRONI, print),
    binaries: path.dirname(await ensureProgram(POSTGRES, print)),
    etcdPort: etcd.port,
    superuser: SUPERUSER,
    password: randomBytes(24).toString('hex'),
  };
  const nodes: PatroniNode[] = [];
  while (nodes.length < NODES) {
    const name = `node${nodes.length + 1}`;
    print(`Patroni makes ${name} …`); // one after another: the first becomes the primary
    nodes.push(await startPatroniNode(ground, name, settings));
  }
  const urlOf = (port: number) =>
    `postgres://${SUPERUSER}:${settings.password}@127.0.0.1:${port}/${DATABASE}`;
  const roles = () => rolesOf(nodes, urlOf);
  const { primaryUrl } = await rolesWhen(roles, ({ synchronous }) => synchronous !== undefined, signal);
  await createDatabase(primaryUrl ?? '');
  const backends = nodes.map(({ name, port, restPort }) => ({ name, port, healthPort: restPort }));
  const proxy = await startHaproxy(ground, backends);
  return { url: urlOf(proxy.port), roles };
}

/** @throws LocalError when it does not come to that, InterruptedError */
export async function rolesWhen(
  roles: () => Promise<Roles>,
  wanted: (found: Roles) => boolean,
  signal: AbortSignal,
): Promise<Roles> {
  let found = await roles();
  const asWanted = async () => signal.aborted || wanted((found = await roles()));
  const came = await holdsWithin(asWanted, { withinMs: FOLLOWED_WITHIN_MS, everyMs: 100 });
  throwIfAborted(signal);
  if (came) return found;
  throw new LocalError('The Patroni cluster did not come to rest.');
}

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

async function rolesOf(nodes: readonly PatroniNode[], urlOf: (port: number) => string): Promise<Roles> {
  const answers = await Promise.all(nodes.map(async (node) => ({ node, members: await membersOf(node) })));
  // Only the node itself says that it is the primary: the others may still tell of one that is dead.
  const primary = answers.find(({ node, members }) =>
    members.some(({ name, role }) => name === node.name && role === 'leader'),
  );
  const synchronous = primary?.members.find(
    ({ role, state }) => role === 'sync_standby' && state === 'running',
  );
  return {
    primary: primary?.node,
    synchronous: nodes.find(({ name }) => name === synchronous?.name),
    primaryUrl: primary && urlOf(primary.node.port),
  };
}

async function membersOf({ restPort }: PatroniNode): Promise<readonly Member[]> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://127.0.0.1:${restPort}/cluster`, { signal });
    return ((await response.json()) as { members: Member[] }).members;
  } catch {
    return [];
  }
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Debian keeps each version's programs in a folder of their own, off the PATH; the newest first. */
function debianFolders(): string[] {
  const parent = '/usr/lib/postgresql';
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(parent, version, 'bin'));
}

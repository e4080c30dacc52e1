import path from 'node:path';
import { ensureEtcdProgram } from './etcd-program.js';
import { folderInMemory, removing } from './memory-folder.js';
import { freePort } from './ports.js';
import { startProgram, type PortProgram } from './program.js';

export interface LocalEtcd extends PortProgram {
  readonly url: string;
  /** SIGSTOP: the server accepts connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface EtcdOptions {
  /** Holds the data, which outlives the server, its log and its process number. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Hears what is being done when etcd has to be installed first. */
  readonly print?: (line: string) => void;
  /** Stops the server while it is still starting. */
  readonly signal?: AbortSignal;
}

/**
 * Starts an etcd of one member on 127.0.0.1.
 * @throws LocalError when etcd is missing and cannot be installed, or with the last lines of its log
 */
export async function startEtcd({ print, signal, ...options }: EtcdOptions = {}): Promise<LocalEtcd> {
  const program = await ensureEtcdProgram(print);
  const member = { name: 'etcd', port: options.port ?? (await freePort()), peerPort: await freePort() };
  const directory = options.directory ?? folderInMemory('etcd');
  const server = await launch(program, { member, all: [member], directory, ...(signal && { signal }) });
  return options.directory === undefined ? removing(server, directory) : server;
}

/** Several members that are one etcd; it goes on while most of them do. @throws LocalError */
export async function startEtcdCluster(size: number): Promise<LocalEtcd[]> {
  const program = await ensureEtcdProgram();
  const all: Member[] = [];
  while (all.length < size) {
    all.push({ name: `etcd${all.length + 1}`, port: await freePort(), peerPort: await freePort() });
  }
  return Promise.all(
    all.map(async (member) => {
      const directory = folderInMemory('etcd');
      return removing(await launch(program, { member, all, directory }), directory);
    }),
  );
}

/** @throws when there is none at present */
export async function etcdLeaderOf(members: readonly LocalEtcd[]): Promise<LocalEtcd> {
  for (const member of members) {
    const response = await fetch(`${member.url}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { leader, header } = (await response.json()) as { leader: string; header: { member_id: string } };
    if (leader === header.member_id) return member;
  }
  throw new Error('etcd has no leader');
}

interface Member {
  readonly name: string;
  readonly port: number;
  readonly peerPort: number;
}

async function launch(
  program: string,
  {
    member: { name, port, peerPort },
    all,
    directory,
    signal,
  }: { member: Member; all: readonly Member[]; directory: string; signal?: AbortSignal },
): Promise<LocalEtcd> {
  const [url, peerUrl] = [urlOf(port), urlOf(peerPort)];
  const command = [
    ...[program, '--name', name, '--data-dir', path.join(directory, 'data')],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', all.map((other) => `${other.name}=${urlOf(other.peerPort)}`).join(',')],
    ...['--log-level', 'warn'],
  ];
  const ready = () => isHealthy(url);
  const server = await startProgram({ title: 'etcd', command, directory, ready, ...(signal && { signal }) });
  const tell = (what: NodeJS.Signals) => void process.kill(server.pid, what);
  return { ...server, port, url, pause: () => tell('SIGSTOP'), resume: () => tell('SIGCONT') };
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) });
    return response.ok && (await response.text()).includes('true');
  } catch {
    return false;
  }
}

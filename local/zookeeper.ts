import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { folderInMemory, removing } from './memory-folder.js';
import { freePort } from './ports.js';
import { startProgram, type PortProgram } from './program.js';
import { ensureZooKeeperProgram } from './zookeeper-program.js';

export interface LocalZooKeeper extends PortProgram {
  readonly url: string;
  /** SIGSTOP: the server accepts connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface ZooKeeperOptions {
  /** Holds the data, which outlives the server. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Hears what is being done when ZooKeeper has to be installed first. */
  readonly print?: (line: string) => void;
  /** Stops the server while it is still starting. */
  readonly signal?: AbortSignal;
}

interface Server {
  readonly id: number;
  readonly port: number;
  /** Where the others are spoken to, and where leaders are elected. */
  readonly peerPorts: readonly [number, number];
}

/** A small heap, and no time spent on compiling: a server of a test lives for a minute. */
const JVM = '-Xms64m -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dzookeeper.preAllocSize=1024';
/** ZooKeeper's unit of time: sessions last 2 to 20 of them. */
const TICK_MS = 500;

/** Starts one ZooKeeper server on 127.0.0.1. @throws LocalError when it is missing and cannot be installed */
export async function startZooKeeper({
  print,
  signal,
  ...options
}: ZooKeeperOptions = {}): Promise<LocalZooKeeper> {
  const program = await ensureZooKeeperProgram(print);
  const directory = options.directory ?? folderInMemory('zookeeper');
  const server: Server = { id: 1, port: options.port ?? (await freePort()), peerPorts: [0, 0] };
  const started = await launch(program, { server, all: [server], directory, ...(signal && { signal }) });
  return options.directory === undefined ? removing(started, directory) : started;
}

/** Several servers that are one ensemble; it goes on while most of them do. @throws LocalError */
export async function startZooKeeperEnsemble(size: number): Promise<LocalZooKeeper[]> {
  const program = await ensureZooKeeperProgram();
  const all: Server[] = [];
  while (all.length < size) {
    const peerPorts = [await freePort(), await freePort()] as const;
    all.push({ id: all.length + 1, port: await freePort(), peerPorts });
  }
  return Promise.all(
    all.map(async (server) => {
      const directory = folderInMemory('zookeeper');
      return removing(await launch(program, { server, all, directory }), directory);
    }),
  );
}

/** @throws when there is none at present */
export async function zooKeeperLeaderOf(servers: readonly LocalZooKeeper[]): Promise<LocalZooKeeper> {
  for (const server of servers) if ((await roleOf(server.port)) === 'leader') return server;
  throw new Error('ZooKeeper has no leader');
}

async function launch(
  program: string,
  {
    server,
    all,
    directory,
    signal,
  }: { server: Server; all: readonly Server[]; directory: string; signal?: AbortSignal },
): Promise<LocalZooKeeper> {
  const { id, port } = server;
  const data = path.join(directory, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, 'myid'), `${id}\n`);
  const configuration = path.join(directory, 'zoo.cfg');
  const settings = {
    tickTime: TICK_MS,
    initLimit: 40,
    syncLimit: 10,
    dataDir: data,
    clientPort: port,
    clientPortAddress: '127.0.0.1',
    maxClientCnxns: 0,
    'admin.enableServer': false,
    '4lw.commands.whitelist': 'srvr',
    ...(all.length > 1 && Object.fromEntries(all.map((one) => [`server.${one.id}`, addressOf(one)]))),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(configuration, lines.join(''));
  const started = await startProgram({
    title: 'ZooKeeper',
    command: [program, 'start-foreground', configuration],
    directory,
    env: { SERVER_JVMFLAGS: JVM, JMXDISABLE: 'true' },
    ready: async () => (await roleOf(port)) !== undefined,
    ...(signal && { signal }),
  });
  const tell = (what: NodeJS.Signals) => void process.kill(started.pid, what);
  const url = `zookeeper://127.0.0.1:${port}`;
  return { ...started, port, url, pause: () => tell('SIGSTOP'), resume: () => tell('SIGCONT') };
}

function addressOf({ peerPorts: [peer, election] }: Server): string {
  return `127.0.0.1:${peer}:${election}`;
}

/** @returns `standalone`, `leader` or `follower`; undefined while it does not serve */
async function roleOf(port: number): Promise<string | undefined> {
  return /^Mode: (\w+)$/m.exec(await ask(port, 'srvr'))?.[1];
}

/** One of ZooKeeper's commands of four letters. @returns '' when it does not answer */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect({ host: '127.0.0.1', port, timeout: 1_000 }, () => socket.write(command));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (answer += part));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.js';
import { startRedis, type LocalRedis } from './redis.js';

export interface GroupServer {
  readonly port: number;
  readonly url: string;
  /** For whoever looks at it or tells it something: tried again until it is there. */
  readonly client: Redis;
  /** Undefined while it is killed. */
  running: LocalRedis | undefined;
  isPaused: boolean;
}

interface Member extends GroupServer {
  readonly directory: string;
  readonly args: readonly string[];
}

/** Servers that belong together, each with a port and a folder that it keeps when it is killed and started again. */
export class RedisGroup {
  private readonly members: Member[] = [];
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  get servers(): readonly GroupServer[] {
    return this.members;
  }

  /** @param args of every start of it @param first of this one alone */
  async add(args: readonly string[], first: readonly string[] = []): Promise<GroupServer> {
    const port = await freePort();
    const directory = path.join(this.directory, `redis-${port}`);
    const running = await startRedis({ port, directory, args: [...args, ...first] });
    const client = new Redis(running.url, {
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
      disconnectTimeout: 50,
    });
    client.on('error', () => undefined); // it may be killed
    const member: Member = { port, url: running.url, client, running, isPaused: false, directory, args };
    this.members.push(member);
    return member;
  }

  at(port: number): GroupServer {
    const server = this.members.find((member) => member.port === port);
    if (!server) throw new Error(`No server of this group is at port ${port}.`);
    return server;
  }

  /** SIGKILL to all of them, or to some. */
  async kill(servers: readonly GroupServer[] = this.members): Promise<void> {
    await Promise.all(
      servers.map(async (server) => {
        await server.running?.kill();
        server.running = undefined;
      }),
    );
  }

  /** Starts those that were killed. @param args what each is told besides */
  async revive(args: (server: GroupServer) => readonly string[] = () => []): Promise<void> {
    for (const member of this.members) {
      member.running ??= await startRedis({
        port: member.port,
        directory: member.directory,
        args: [...member.args, ...args(member)],
      });
    }
  }

  pause(servers: readonly GroupServer[] = this.members): void {
    for (const server of servers) {
      server.running?.pause();
      server.isPaused = true;
    }
  }

  resume(servers: readonly GroupServer[] = this.members): void {
    for (const server of servers) {
      server.running?.resume();
      server.isPaused = false;
    }
  }

  async stop(): Promise<void> {
    for (const { client } of this.members) client.disconnect();
    await Promise.all(this.members.map(async ({ running }) => running?.stop()));
  }
}

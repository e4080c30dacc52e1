import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.js';
import { startProgram, type PortProgram } from './program.js';
import { RedisGroup, type GroupServer } from './redis-group.js';
import { ensureRedisProgram } from './redis-program.js';
import { eventually } from './wait.js';

export interface SentinelOptions {
  /** After so long without an answer a server counts as down. Default: 2,000. */
  readonly downAfterMs?: number;
}

const NAME = 'mymaster';
const REPLICAS = 2;
const SENTINELS = 3;
const QUORUM = 2;
const SERVER_ARGS = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];

/** A primary, two replicas, and three Sentinels that watch over them, all on 127.0.0.1. */
export class LocalSentinels {
  /** What they call the primary. */
  readonly name = NAME;
  readonly group: RedisGroup;
  private readonly directory: string;
  private readonly sentinels: PortProgram[] = [];
  private readonly asked: Redis[] = [];

  private constructor(directory: string) {
    this.directory = directory;
    this.group = new RedisGroup(directory);
  }

  /** @throws LocalError when Redis is missing, or when they do not find one another */
  static async start({ downAfterMs = 2_000 }: SentinelOptions = {}): Promise<LocalSentinels> {
    const all = new LocalSentinels(mkdtempSync(path.join(os.tmpdir(), 'holdfast-sentinel-')));
    try {
      const primary = await all.group.add(SERVER_ARGS);
      for (let count = 0; count < REPLICAS; count += 1) await all.group.add(SERVER_ARGS, following(primary));
      for (let count = 0; count < SENTINELS; count += 1) await all.addSentinel(primary, downAfterMs);
      await all.ready();
      return all;
    } catch (error) {
      await all.stop();
      throw error;
    }
  }

  get urls(): string[] {
    return this.sentinels.map(({ port }) => `redis://127.0.0.1:${port}`);
  }

  /** As most of the Sentinels say. */
  async primary(): Promise<GroupServer> {
    const answers = await Promise.all(
      this.asked.map((sentinel) => sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)),
    );
    const ports = answers.map((answer) => Number((answer as [string, string])[1])).sort();
    return this.group.at(ports[QUORUM - 1] ?? 0);
  }

  async replicas(): Promise<GroupServer[]> {
    const primary = await this.primary();
    return this.group.servers.filter((server) => server !== primary);
  }

  /** Waits until another server than this is the primary, and says so of itself. */
  async replaced(old: GroupServer): Promise<void> {
    await eventually(`a replica takes the place of ${old.url}`, async () => {
      const primary = await this.primary();
      return primary !== old && (await roleOf(primary)) === 'master';
    });
  }

  /** Starts the servers that were killed, as the Sentinels have it, and waits until all know of all. */
  async revive(): Promise<void> {
    const primary = await this.primary();
    await this.group.revive((server) => (server === primary ? [] : following(primary)));
    await this.ready();
  }

  async stop(): Promise<void> {
    for (const sentinel of this.asked) sentinel.disconnect();
    await Promise.all(this.sentinels.map((sentinel) => sentinel.stop()));
    await this.group.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async addSentinel(primary: GroupServer, downAfterMs: number): Promise<void> {
    const port = await freePort();
    const directory = path.join(this.directory, `sentinel-${port}`);
    mkdirSync(directory, { recursive: true });
    const configuration = path.join(directory, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${primary.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${NAME} 3000`,
      `sentinel parallel-syncs ${NAME} ${REPLICAS}`,
    ];
    writeFileSync(configuration, lines.join('\n') + '\n');
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => undefined); // it is only being started
    this.asked.push(client);
    const program = await startProgram({
      title: 'Redis Sentinel',
      directory,
      command: [await ensureRedisProgram(), configuration, '--sentinel'],
      ready: () => Promise.resolve(client.status === 'ready'),
    });
    this.sentinels.push({ ...program, port });
  }

  /** Every Sentinel knows the others and the replicas, each replica has what the primary has, and no failover goes on. */
  private async ready(): Promise<void> {
    await eventually('the Sentinels know one another and the servers', async () => {
      const primary = await this.primary();
      const views = await Promise.all(
        this.asked.map(async (sentinel) => (await sentinel.call('SENTINEL', 'MASTER', NAME)) as string[]),
      );
      const isKnown = views.every((view) => {
        const field = (name: string) => view[view.indexOf(name) + 1];
        return (
          field('port') === String(primary.port) &&
          field('flags') === 'master' &&
          field('num-other-sentinels') === String(SENTINELS - 1) &&
          field('num-slaves') === String(REPLICAS)
        );
      });
      if (!isKnown || (await roleOf(primary)) !== 'master') return false;
      const online = (await primary.client.info('replication')).match(/state=online/g) ?? [];
      return online.length === REPLICAS;
    });
  }
}

export async function roleOf({ client, running }: GroupServer): Promise<string> {
  return running ? String((await client.role())[0]) : 'killed';
}

function following({ port }: GroupServer): string[] {
  return ['--replicaof', '127.0.0.1', String(port)];
}

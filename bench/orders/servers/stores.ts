import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres, startRedis } from '#local';
import { readPostgresVersion, readRedisVersion, throwIfAborted, type ServerStack } from '#load';
import { migrate } from '#platform';

/** As in production, but that nothing is written to disk in the middle of a window by chance. */
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: `${Math.min(2_048, Math.floor(os.totalmem() / 4 / 2 ** 20))}MB`, // a quarter of the memory, as everybody advises
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  max_connections: '500',
};

export interface StoreStart {
  readonly folder: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The PostgreSQL and the Redis of a run, with a database for each service. */
export class Stores {
  readonly postgresPid: number;
  readonly redis: { readonly url: string; readonly pid: number };
  private readonly templateUrl: string;
  private readonly admin: pg.Client;
  private readonly servers: ServerStack;
  private readonly start: StoreStart;
  private lockNodes: { readonly url: string; readonly pid: number }[] = [];
  private databases = 0;

  private constructor(parts: {
    postgres: { url: string; pid: number };
    redis: { url: string; pid: number };
    admin: pg.Client;
    servers: ServerStack;
    start: StoreStart;
  }) {
    this.postgresPid = parts.postgres.pid;
    this.templateUrl = parts.postgres.url;
    this.redis = parts.redis;
    this.admin = parts.admin;
    this.servers = parts.servers;
    this.start = parts.start;
  }

  /** @throws LocalError when one does not start, InterruptedError */
  static async start(servers: ServerStack, start: StoreStart): Promise<Stores> {
    const { folder, print, signal } = start;
    const directory = path.join(folder, 'postgres');
    const postgres = await startPostgres({ directory, settings: POSTGRES_SETTINGS, signal });
    servers.add(postgres, 'SIGQUIT'); // ends its children as well
    throwIfAborted(signal);
    const redis = servers.add(await startRedis({ directory: path.join(folder, 'redis'), print }));
    throwIfAborted(signal);
    await migrate(postgres.url); // a template must have no sessions: this one's has ended
    const admin = await connectTo(urlOf(postgres.url, 'postgres')); // the server's end ends it
    return new Stores({ postgres, redis, admin, servers, start });
  }

  /** A migrated database of its own. @returns its URL */
  async createDatabase(): Promise<string> {
    this.databases += 1;
    const name = `bench_${this.databases}`;
    const template = new URL(this.templateUrl).pathname.slice(1);
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return urlOf(this.templateUrl, name);
  }

  /** Further Redis nodes, started when they are first needed. */
  async nodes(count: number): Promise<readonly { readonly url: string; readonly pid: number }[]> {
    const { folder, print } = this.start;
    while (this.lockNodes.length < count) {
      const directory = path.join(folder, `redis-node-${this.lockNodes.length + 1}`);
      this.lockNodes.push(this.servers.add(await startRedis({ directory, print })));
    }
    return this.lockNodes.slice(0, count);
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    return {
      PostgreSQL: await readPostgresVersion(this.templateUrl),
      Redis: await readRedisVersion(this.redis.url),
    };
  }

  /** Whether PostgreSQL has its memory in huge pages, for which the host must have set some aside: `on` or `off`. */
  async hugePages(): Promise<string> {
    const { rows } = await this.admin.query<{ status: string }>(
      `SELECT current_setting('huge_pages_status') AS status`,
    );
    return rows[0]?.status ?? '';
  }

  /** So that no window pays for what an earlier one wrote. */
  async checkpoint(): Promise<void> {
    await this.admin.query('CHECKPOINT');
  }
}

/** A session that nothing ends the process for. @throws the error of pg */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  return client;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Pool, type PoolConfig } from 'pg';
import { startPostgres, type LocalPostgres } from '#local';
import type { ClaimEvent, LockClaim, LockRequest } from '../../../libs/lock/provider.js';
import {
  PostgresLockProvider,
  type PostgresLockProviderOptions,
} from '../../../libs/lock/providers/postgres/postgres-lock-provider.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

type LabOptions = Partial<Omit<PostgresLockProviderOptions, 'pool' | 'connectionString'>>;

/** A PostgreSQL of the test file's own, and for each test a schema of its own. */
export class PostgresLab {
  server: LocalPostgres;
  schema = newSchema();
  private readonly directory: string;
  private readonly closers: (() => Promise<unknown>)[] = [];
  private count = 0;

  private constructor(directory: string, server: LocalPostgres) {
    this.directory = directory;
    this.server = server;
  }

  static async open(): Promise<PostgresLab> {
    const directory = await mkdtemp(path.join(tmpdir(), 'postgres-lock-'));
    return new PostgresLab(directory, await startPostgres({ directory }));
  }

  /** As a process of its own would have one; with a timeout that a busy machine keeps. */
  provider(options: LabOptions & { through?: TcpProxy } = {}): PostgresLockProvider {
    const { through, ...rest } = options;
    return this.closeLater(
      new PostgresLockProvider({
        connectionString: this.url(through),
        schema: this.schema,
        commandTimeoutMs: 5_000,
        ...rest,
      }),
    );
  }

  providerOf(pool: Pool, options: LabOptions = {}): PostgresLockProvider {
    return this.closeLater(
      new PostgresLockProvider({ pool, schema: this.schema, commandTimeoutMs: 5_000, ...options }),
    );
  }

  pool(config: PoolConfig = {}): Pool {
    const pool = new Pool({ connectionString: this.server.url, ...config });
    pool.on('error', () => undefined);
    this.closers.push(() => pool.end());
    return pool;
  }

  /** A session that looks into the store, or is the caller's. */
  async client(): Promise<Client> {
    const client = new Client({ connectionString: this.server.url });
    client.on('error', () => undefined);
    await client.connect();
    this.closers.push(() => client.end());
    return client;
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.server.url });
    await client.connect();
    try {
      return (await client.query<Row>(text.replaceAll('$schema', this.schema), values)).rows;
    } finally {
      await client.end();
    }
  }

  async proxy(): Promise<TcpProxy> {
    return this.closeLater(await TcpProxy.start(this.server.port));
  }

  /** A request of a new claim, named so that a test can tell them apart. */
  request(resources: string | readonly string[], options: Partial<LockRequest> = {}): LockRequest {
    this.count += 1;
    const names = typeof resources === 'string' ? [resources] : resources;
    return {
      resources: names,
      token: `token-${this.count}`,
      owner: `owner ${this.count}`,
      leaseMs: 30_000,
      placeMs: 0,
      floors: names.map(() => 0),
      replicaAcks: 0,
      ...options,
    };
  }

  closeLater<T extends { close(): Promise<unknown> }>(closable: T): T {
    this.closers.push(() => closable.close());
    return closable;
  }

  /** Ends what the test opened; the next one has a schema of its own. */
  async cleanUp(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    this.schema = newSchema();
  }

  /** The server stops as after a crash, and starts again on the same port. */
  async crash(): Promise<void> {
    await this.server.stopImmediately();
    await this.start();
  }

  async start(): Promise<void> {
    this.server = await startPostgres({ directory: this.directory, port: this.server.port });
  }

  async close(): Promise<void> {
    await this.cleanUp();
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private url(through: TcpProxy | undefined): string {
    const url = new URL(this.server.url);
    if (through) url.port = String(through.port);
    return url.href;
  }
}

/** Hears what a claim is told. */
export class Ear {
  readonly events: ClaimEvent[] = [];
  readonly stop: () => void;

  constructor(provider: PostgresLockProvider, claim: LockClaim, options: { atOnce?: boolean } = {}) {
    this.stop = provider.watch(claim, (event) => this.events.push(event), options);
  }

  get granted(): boolean {
    return this.events.some((event) => 'granted' in event);
  }

  get looked(): number {
    return this.events.filter((event) => 'look' in event).length;
  }
}

function newSchema(): string {
  return `lock_${randomBytes(4).toString('hex')}`;
}

import { randomBytes } from 'node:crypto';
import { startService, type LocalService } from '#local';
import { Api } from '#load';
import type { Contestant } from '../contestants.js';
import type { Service, ServiceProcess, ServiceRecord } from './service.js';
import { connectTo, type Stores } from './stores.js';

export interface OrderServiceStart {
  readonly contestant: Contestant;
  readonly databaseUrl: string;
  readonly events: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly stores: Stores;
  readonly signal: AbortSignal;
}

/** The real service with one strategy, on a database of its own. @throws LocalError when it does not start */
export async function startOrderService(start: OrderServiceStart): Promise<Service> {
  const { contestant, databaseUrl, events, settings, stores, signal } = start;
  const adminKey = randomBytes(24).toString('hex');
  const secret = randomBytes(24).toString('hex');
  if (events) await writeEvents(databaseUrl);
  const nodes = await stores.nodes(contestant.lockNodes);
  const env: Record<string, string> = {
    LOG_LEVEL: 'warn',
    RATE_LIMIT_BUYER: '1000000/10s', // counted as in a real shop, and never reached
    RESERVATION_STRATEGY: contestant.strategy ?? '',
    DATABASE_URL: databaseUrl,
    REDIS_URL: stores.redis.url,
    BUYER_JWT_SECRET: secret,
    ADMIN_API_KEY: adminKey,
    ...settings,
  };
  if (nodes.length > 0) {
    env.LOCK_PROVIDER = 'redlock';
    env.REDLOCK_URLS = nodes.map(({ url }) => url).join(',');
  }
  const first = await startService({ env, signal });
  const api = new Api({ url: first.url, adminKey, signal });
  const redisPids = [stores.redis, ...nodes].map(({ pid }) => pid);
  return new OrderService({ first, env, signal, record: { api, databaseUrl, secret }, redisPids });
}

/** As if a worker had a shop to tell: what it is to hear is written, and delivered another time. */
async function writeEvents(databaseUrl: string): Promise<void> {
  const session = await connectTo(databaseUrl);
  await session.query(`UPDATE outbox_lease SET until = 'infinity'`);
  await session.end();
}

class OrderService implements Service {
  readonly processes: ServiceProcess[] = [];
  readonly record: ServiceRecord;
  readonly redisPids: readonly number[];
  private readonly started: LocalService[] = [];
  private readonly env: Readonly<Record<string, string>>;
  private readonly signal: AbortSignal;

  constructor(parts: {
    first: LocalService;
    env: Readonly<Record<string, string>>;
    signal: AbortSignal;
    record: ServiceRecord;
    redisPids: readonly number[];
  }) {
    this.env = parts.env;
    this.signal = parts.signal;
    this.record = parts.record;
    this.redisPids = parts.redisPids;
    this.add(parts.first);
  }

  async growTo(count: number): Promise<void> {
    while (this.started.length < count) this.add(await startService({ env: this.env, signal: this.signal }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.splice(0).map((service) => service.stop()));
  }

  private add(service: LocalService): void {
    this.started.push(service);
    this.processes.push({ port: service.port, pid: service.pid, warm: new Set() });
  }
}

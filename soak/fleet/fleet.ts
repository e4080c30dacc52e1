import { randomBytes } from 'node:crypto';
import path from 'node:path';
import {
  nextFreePort,
  startPostgres,
  startRedis,
  startService,
  type LocalPostgres,
  type LocalRedis,
  type LocalService,
} from '#local';
import { ServerStack, throwIfAborted } from '#load';
import { migrate } from '#platform';
import { Restartable } from './restartable.js';
import { ShopEndpoint } from './shop-endpoint.js';

/** How long an order may wait in the service under test. */
export const ORDER_DEADLINE_MS = 10_000;
/** Below those that systems hand out: a server that is started again finds its port free. */
const FIRST_PORT = 23_100;

export interface FleetStart {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

interface Members {
  readonly postgres: Restartable<LocalPostgres>;
  readonly redis: Restartable<LocalRedis>;
  /** The first lives from the beginning to the end, so that its growth can be seen; faults end the other one. */
  readonly apis: readonly Restartable<LocalService>[];
  /** Likewise. */
  readonly workers: readonly Restartable<LocalService>[];
}

/** All that a run consists of, each a process of its own, and the shop that is told. */
export class Fleet {
  readonly members: Members;
  readonly shop: ShopEndpoint;
  readonly adminKey: string;
  private readonly servers: ServerStack;

  private constructor(members: Members, shop: ShopEndpoint, adminKey: string, servers: ServerStack) {
    this.members = members;
    this.shop = shop;
    this.adminKey = adminKey;
    this.servers = servers;
  }

  /** @throws LocalError when a server does not start, InterruptedError */
  static async start(start: FleetStart): Promise<Fleet> {
    const servers = new ServerStack();
    const adminKey = randomBytes(24).toString('hex');
    const shopSecret = randomBytes(24).toString('hex');
    const shop = await ShopEndpoint.open(shopSecret);
    try {
      const env = { SHOP_WEBHOOK_URL: shop.url, SHOP_WEBHOOK_SECRET: shopSecret, ADMIN_API_KEY: adminKey };
      return new Fleet(await startMembers(servers, start, env), shop, adminKey, servers);
    } catch (error) {
      await servers.stop();
      await shop.close();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.members.postgres.current.url;
  }

  get redisUrl(): string {
    return this.members.redis.current.url;
  }

  /** Those that live from the beginning to the end, and those that faults end. */
  get services(): readonly Restartable<LocalService>[] {
    return [...this.members.apis, ...this.members.workers];
  }

  async stop(): Promise<void> {
    await this.servers.stop();
    await this.shop.close();
  }
}

async function startMembers(
  servers: ServerStack,
  { directory, signal, print }: FleetStart,
  env: Readonly<Record<string, string>>,
): Promise<Members> {
  const ports = await freePorts(6);
  const portOf = (index: number) => ports[index] ?? 0;
  const postgres = await Restartable.start('PostgreSQL', () =>
    startPostgres({ directory: path.join(directory, 'postgres'), port: portOf(0) }),
  );
  servers.add(postgres, 'SIGQUIT'); // ends its children as well
  throwIfAborted(signal);
  const redis = await Restartable.start('Redis', () =>
    startRedis({ directory: path.join(directory, 'redis'), port: portOf(1), print }),
  );
  servers.add(redis);
  await migrate(postgres.current.url);
  const all = {
    ...env,
    DATABASE_URL: postgres.current.url,
    REDIS_URL: redis.current.url,
    BUYER_JWT_SECRET: randomBytes(24).toString('hex'),
    PAYMENT_WEBHOOK_SECRET: randomBytes(24).toString('hex'),
    ORDER_DEADLINE_MS: String(ORDER_DEADLINE_MS),
    LOG_LEVEL: 'warn',
  };
  const start = async (app: 'api' | 'worker', number: number, port: number) => {
    throwIfAborted(signal);
    const launch = () => startService({ app, env: { ...all, PORT: String(port) }, signal });
    return servers.add(await Restartable.start(`${app} ${number}`, launch));
  };
  return {
    postgres,
    redis,
    apis: [await start('api', 1, portOf(2)), await start('api', 2, portOf(3))],
    workers: [await start('worker', 1, portOf(4)), await start('worker', 2, portOf(5))],
  };
}

/** Different ones. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await nextFreePort((ports.at(-1) ?? FIRST_PORT - 1) + 1));
  return ports;
}

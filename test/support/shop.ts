import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { startService, type LocalService } from '#local';
import { asServed, cloneDatabase, redisKeyPrefixOf, serviceRedisUrl, openPool } from './database.js';

export const ADMIN_KEY = 'administrator-of-the-tests';
export const JWT_SECRET = 'signs-the-buyers-of-the-tests';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface OrderBody {
  id: string;
  saleId: string;
  status: string;
  lines: { itemId: string; sku: string; quantity: number; unitPrice: { amount: number; currency: string } }[];
  total: { amount: number; currency: string };
  expiresAt: string;
  createdAt: string;
  code?: string;
}

export interface Line {
  itemId: string;
  quantity: number;
}

/** A service of its own, as a real process on a database of its own, and what tests say to it. */
export class Shop {
  readonly service: LocalService;
  readonly databaseUrl: string;
  /** For a look behind the service's back. */
  readonly record: Pool;
  private readonly dropDatabase: () => Promise<void>;

  private constructor(service: LocalService, databaseUrl: string, dropDatabase: () => Promise<void>) {
    this.service = service;
    this.databaseUrl = databaseUrl;
    this.dropDatabase = dropDatabase;
    this.record = openPool(databaseUrl, 4);
  }

  /**
   * @param through changes the database's URL as the service sees it, to put a network between
   * @param onLine hears every line of the service's log
   */
  static async open(
    env: Record<string, string> = {},
    through = (url: string) => url,
    onLine?: (line: string) => void,
  ): Promise<Shop> {
    const database = await cloneDatabase();
    return Shop.openOn(database.url, { DATABASE_URL: through(database.url), ...env }, database.drop, onLine);
  }

  /** On a database that is there already and migrated. */
  static async openOn(
    databaseUrl: string,
    env: Record<string, string> = {},
    dropDatabase = (): Promise<void> => Promise.resolve(),
    onLine: (line: string) => void = () => undefined,
  ): Promise<Shop> {
    try {
      const settings = serviceEnvironment({ DATABASE_URL: databaseUrl, ...env });
      const service = await startService({ env: settings, onLine });
      return new Shop(service, databaseUrl, dropDatabase);
    } catch (error) {
      await dropDatabase();
      throw error;
    }
  }

  /** At a service that somebody else has started, on a database that is there already. */
  static at(service: LocalService, databaseUrl: string, dropDatabase: () => Promise<void>): Shop {
    return new Shop(service, databaseUrl, dropDatabase);
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.record.end();
    await this.dropDatabase();
  }

  /** A worker on the shop's database; whoever starts it stops it. */
  startWorker(env: Record<string, string> = {}): Promise<LocalService> {
    return startService({ app: 'worker', env: { ...workerEnvironment(this.databaseUrl), ...env } });
  }

  request<Body = Record<string, unknown>>(method: string, path: string, options: RequestOptions = {}) {
    return send<Body>(`${this.service.url}${path}`, method, options);
  }

  admin<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    key: string = randomUUID(),
  ) {
    return this.request<Body>(method, path, {
      headers: { 'x-api-key': ADMIN_KEY, 'idempotency-key': key },
      ...(body === undefined ? {} : { body }),
    });
  }

  async createItem(stock: number, fields: Record<string, unknown> = {}): Promise<string> {
    const price = { amount: 10_000, currency: 'EUR' };
    const body = { sku: `SKU-${randomUUID()}`, name: 'A phone', price, stock, ...fields };
    const answer = await this.admin<{ id: string }>('POST', '/v1/admin/items', body);
    return expectStatus(answer, 201).body.id;
  }

  /** A live sale, unless `fields` says otherwise. */
  async createSale(
    items: (Record<string, unknown> & { itemId: string })[],
    fields: Record<string, unknown> = {},
  ) {
    const startsAt = new Date(Date.now() - 3_600_000).toISOString();
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: 'A sale', startsAt, endsAt, items, ...fields };
    const answer = await this.admin<{ id: string }>('POST', '/v1/admin/sales', body);
    return expectStatus(answer, 201).body.id;
  }

  /** An item and a live sale of it. */
  async offer(
    stock: number,
    terms: Record<string, unknown> = {},
  ): Promise<{ itemId: string; saleId: string }> {
    const itemId = await this.createItem(stock);
    return { itemId, saleId: await this.createSale([{ itemId, ...terms }]) };
  }

  async buyer(): Promise<Buyer> {
    const answer = await this.request<{ buyerId: string; token: string }>('POST', '/v1/auth/guest');
    const { buyerId, token } = expectStatus(answer, 201).body;
    return new Buyer(this.service.url, buyerId, token);
  }

  buyers(count: number): Promise<Buyer[]> {
    return Promise.all(Array.from({ length: count }, () => this.buyer()));
  }

  async reconcile(saleId: string): Promise<Reconciliation> {
    const answer = await this.admin<Reconciliation>('GET', `/v1/admin/sales/${saleId}/reconciliation`);
    return expectStatus(answer, 200).body;
  }
}

export interface Reconciliation {
  balanced: boolean;
  checks: { name: string; ok: boolean; detail: string }[];
  items: { itemId: string; onHand: number; reserved: number; available: number; ordersReserved: number }[];
}

export class Buyer {
  readonly id: string;
  readonly token: string;
  private readonly url: string;

  constructor(url: string, id: string, token: string) {
    this.url = url;
    this.id = id;
    this.token = token;
  }

  order(
    saleId: string,
    lines: Line[],
    key: string = randomUUID(),
    fields: object = {},
  ): Promise<Answer<OrderBody>> {
    return this.request<OrderBody>('POST', '/v1/orders', {
      headers: { 'idempotency-key': key },
      body: { saleId, lines, ...fields },
    });
  }

  request<Body = Record<string, unknown>>(method: string, path: string, options: RequestOptions = {}) {
    const headers = { authorization: `Bearer ${this.token}`, ...options.headers };
    return send<Body>(`${this.url}${path}`, method, { ...options, headers });
  }

  /** The same buyer at another replica. */
  at(url: string): Buyer {
    return new Buyer(url, this.id, this.token);
  }
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

async function send<Body>(
  url: string,
  method: string,
  { headers = {}, body }: RequestOptions,
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (json ? JSON.parse(text) : text) as Body,
  };
}

/** The settings of a service under test, which runs with the rights of a deployment's and no others. */
export function serviceEnvironment(
  env: Record<string, string> & { DATABASE_URL: string },
): Record<string, string> {
  return {
    REDIS_URL: serviceRedisUrl(),
    BUYER_JWT_SECRET: JWT_SECRET,
    ADMIN_API_KEY: ADMIN_KEY,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_BUYER: 'off', // crowds of few buyers
    ...env,
    ...databaseSettings(env.DATABASE_URL),
  };
}

/** The settings of a worker under test. */
export function workerEnvironment(databaseUrl: string): Record<string, string> {
  return { REDIS_URL: serviceRedisUrl(), LOG_LEVEL: 'error', ...databaseSettings(databaseUrl) };
}

/** Processes on one database are one deployment, in Redis too. */
function databaseSettings(databaseUrl: string): Record<string, string> {
  const { url, preparedStatements } = asServed(databaseUrl);
  return {
    DATABASE_URL: url,
    REDIS_KEY_PREFIX: redisKeyPrefixOf(databaseUrl),
    ...(preparedStatements ? {} : { PREPARED_STATEMENTS: 'false' }),
  };
}

export function expectStatus<T extends Answer<unknown>>(answer: T, status: number): T {
  if (answer.status !== status) {
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer;
}

/** How often each outcome occurs: `{ 201: 100, sold_out: 900 }`. */
export function tally(answers: readonly Answer<object>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = (body as { code?: string }).code ?? String(status);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

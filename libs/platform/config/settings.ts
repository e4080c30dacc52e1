import {
  boolean,
  certificates,
  httpUrl,
  integer,
  keyPrefix,
  list,
  members,
  oneOf,
  optionalText,
  quorum,
  rateLimit,
  secrets,
  share,
  text,
  url,
  urls,
  type Setting,
} from './setting.js';
import { isProxyRange } from '../rate-limit/client-address.js';

const NODE_ENVIRONMENTS = ['development', 'test', 'production'] as const;
const TRACES_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOCK_PROVIDERS = ['redis', 'redlock', 'postgres', 'etcd', 'zookeeper', 'memory'] as const;
const LOCK_FALLBACKS = ['none', 'postgres', 'memory'] as const;
export const STRATEGIES = [
  'batched',
  'per-order',
  'row-lock',
  'conditional',
  'optimistic',
  'global-lock',
  'redis-first',
  'unguarded',
  'noop',
] as const;
export type StrategyName = (typeof STRATEGIES)[number];
/** Strategies that tell buyers what is not true, and what each does: kept for measurements, refused in production. */
export const LYING_STRATEGIES: ReadonlyMap<StrategyName, string> = new Map([
  ['unguarded', 'oversells'],
  ['noop', 'confirms orders that it never writes'],
]);

/**
 * Every setting of the service: its name, its default, what it expects and what it means.
 * The start message of a wrong value, docs/configuration.md and the compose file are held against this table.
 */
export const SETTINGS = {
  nodeEnv: oneOf('NODE_ENV', NODE_ENVIRONMENTS, 'development', 'production refuses demo conveniences'),
  host: text('HOST', '127.0.0.1', 'the address the API listens on'),
  port: integer('PORT', 0, 65_535, '3000', 'the port the API listens on; 0 takes a free one'),
  databaseUrl: url(
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'the PostgreSQL (14 or newer) that is the record',
  ),
  databasePoolSize: integer(
    'DATABASE_POOL_SIZE',
    1,
    1000,
    '10',
    'connections for the orders of one process; as many again serve all else',
  ),
  preparedStatements: {
    ...boolean(
      'PREPARED_STATEMENTS',
      'whether statements are prepared; false behind a pooler in transaction mode that does not keep them',
    ),
    default: 'true',
  },
  redisUrl: url('REDIS_URL', ['redis:', 'rediss:'], 'the Redis that holds the locks'),
  redisSentinelUrls: urls(
    'REDIS_SENTINEL_URLS',
    ['redis:', 'rediss:'],
    'the Sentinels that say where the primary is; of REDIS_URL then all holds but the host',
  ),
  redisSentinelName: text('REDIS_SENTINEL_NAME', 'mymaster', 'what the Sentinels call the primary'),
  redisClusterUrls: urls(
    'REDIS_CLUSTER_URLS',
    ['redis:', 'rediss:'],
    'makes of REDIS_URL a node of a Redis Cluster, and names further ones for when that is away, or the same',
  ),
  redisKeyPrefix: keyPrefix(
    'REDIS_KEY_PREFIX',
    'holdfast:',
    'begins every key and channel in Redis: one for each deployment that shares a Redis, the same in all its processes',
  ),
  redisCa: certificates(
    'REDIS_CA_FILE',
    'the authorities that vouch for each Redis of rediss://; without it, those that Node knows',
  ),
  lockProvider: oneOf('LOCK_PROVIDER', LOCK_PROVIDERS, 'redis', 'where the locks live'),
  redlockUrls: quorum(
    'REDLOCK_URLS',
    ['redis:', 'rediss:'],
    'the independent Redis nodes of LOCK_PROVIDER=redlock, which needs it',
  ),
  etcdUrls: members(
    'ETCD_URLS',
    ['http:', 'https:'],
    'the members of the etcd of LOCK_PROVIDER=etcd, which needs it',
  ),
  zookeeperUrls: members(
    'ZOOKEEPER_URLS',
    ['zookeeper:', 'zookeepers:'],
    'the servers of the ZooKeeper of LOCK_PROVIDER=zookeeper, which needs it; zookeepers: over TLS',
  ),
  lockFallback: oneOf(
    'LOCK_FALLBACK',
    LOCK_FALLBACKS,
    'none',
    'where the locks live while the Redis of LOCK_PROVIDER is away',
  ),
  singleProcess: boolean(
    'SINGLE_PROCESS',
    'declares that no other process serves this database, which locks in memory need; true outside production',
  ),
  strategy: oneOf('RESERVATION_STRATEGY', STRATEGIES, 'batched', 'how stock is taken'),
  reservationTtlSeconds: integer(
    'RESERVATION_TTL_SECONDS',
    1,
    604_800,
    '600',
    'how long an unpaid order holds its stock, unless its sale says otherwise',
  ),
  orderDeadlineMs: integer(
    'ORDER_DEADLINE_MS',
    100,
    120_000,
    '10000',
    'how long an order may wait before it is answered 503',
  ),
  laneCapacity: integer('LANE_CAPACITY', 1, 1_000_000, '10000', 'how many orders may wait in one process'),
  laneBatchSize: integer('LANE_BATCH_SIZE', 1, 5_000, '500', 'how many orders are placed together at most'),
  lockLeaseMs: integer(
    'LOCK_LEASE_MS',
    200,
    10_000,
    '2000',
    'for how long a process that died keeps an item from the others; a live one renews its lease',
  ),
  buyerJwtSecrets: secrets(
    'BUYER_JWT_SECRET',
    'signs and verifies tokens of buyers (HS256); needed unless BUYER_JWKS_URL is set',
    'optional',
  ),
  buyerJwksUrl: httpUrl(
    'BUYER_JWKS_URL',
    "the keys of the identity provider that signs the buyers' tokens (RS256, ES256, EdDSA)",
  ),
  buyerJwtIssuer: optionalText(
    'BUYER_JWT_ISSUER',
    'who issues these tokens, exactly as their iss says; BUYER_JWKS_URL needs it',
  ),
  buyerJwtAudience: text('BUYER_JWT_AUDIENCE', 'holdfast', 'for whom they must be issued, by their aud'),
  adminApiKeys: secrets(
    'ADMIN_API_KEY',
    'the key of the administrators; without it every admin route answers 401',
    'required in production',
  ),
  paymentWebhookSecrets: secrets(
    'PAYMENT_WEBHOOK_SECRET',
    'verifies what the payment provider tells; without it every webhook answers 401',
    'required in production',
  ),
  shopWebhookUrl: httpUrl(
    'SHOP_WEBHOOK_URL',
    'where the worker tells the shop what happens to orders and stock; without it nobody is told',
  ),
  shopWebhookSecrets: secrets(
    'SHOP_WEBHOOK_SECRET',
    'signs what the shop is told; SHOP_WEBHOOK_URL needs it',
    'optional',
  ),
  shopWebhookAttempts: integer(
    'SHOP_WEBHOOK_ATTEMPTS',
    1,
    1_000,
    '20',
    'how often an event is sent before it is a dead letter; 20 take some six hours',
  ),
  retentionOrdersDays: integer(
    'RETENTION_ORDERS_DAYS',
    1,
    36_500,
    '90',
    'after so many days an order that was not sold is removed with its key, and a dead letter',
  ),
  retentionRequestsDays: integer(
    'RETENTION_REQUESTS_DAYS',
    1,
    36_500,
    '30',
    "after so many days keys of administrators' requests and ids of the provider's events are forgotten",
  ),
  guestBuyers: boolean(
    'GUEST_BUYERS',
    'whether POST /v1/auth/guest hands out demo buyers; true outside production',
  ),
  rateLimitBuyer: rateLimit(
    'RATE_LIMIT_BUYER',
    '20/10s',
    'requests of one buyer in a window, over all replicas',
  ),
  rateLimitIp: rateLimit('RATE_LIMIT_IP', 'off', 'requests from one address in a window, over all replicas'),
  streamCapacity: integer(
    'STREAM_CAPACITY',
    0,
    1_000_000,
    '10000',
    'how many live streams of sales one process serves',
  ),
  streamCapacityIp: integer(
    'STREAM_CAPACITY_IP',
    1,
    1_000_000,
    '100',
    'how many of them one address may have',
  ),
  trustedProxies: list('TRUSTED_PROXIES', {
    of: 'addresses or ranges such as 10.0.0.0/8',
    is: isProxyRange,
    meaning: 'proxies whose X-Forwarded-For is believed',
  }),
  corsOrigins: list('CORS_ORIGINS', {
    of: 'origins such as https://shop.example',
    is: (text) => URL.canParse(text) && new URL(text).origin === text,
    meaning: 'origins that browsers may call from',
  }),
  logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, 'info', 'debug adds one line for every request'),
  otlpEndpoint: httpUrl(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'where traces go (OTLP over HTTP, JSON), such as http://collector:4318; without it nothing is traced',
  ),
  tracesSampler: oneOf(
    'OTEL_TRACES_SAMPLER',
    TRACES_SAMPLERS,
    'parentbased_always_on',
    'which requests are traced',
  ),
  tracesSamplerArg: share('OTEL_TRACES_SAMPLER_ARG', '1', 'the share of them that a traceidratio keeps'),
} as const satisfies Record<string, Setting<unknown>>;

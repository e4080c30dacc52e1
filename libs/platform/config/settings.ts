import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isProxyRange } from '../rate-limit/client-address.js';
import { parseRateLimit, type RateLimit } from '../rate-limit/rate-limit.js';

/**
 * Every setting of the service: its name, its default, what it expects and what it means.
 * The start message of a wrong value, docs/configuration.md and the compose file are held against this table.
 */
export interface Setting<Value> {
  readonly variable: string;
  readonly expects: string;
  readonly meaning: string;
  /** Text as it would stand in the environment; without it the setting is required unless `optional`. */
  readonly default?: string;
  readonly optional?: boolean;
  readonly requiredInProduction?: boolean;
  /** Its value is never echoed. */
  readonly secret?: boolean;
  /** Returns undefined when the text is not what `expects` says. */
  readonly parse: (text: string) => Value | undefined;
}

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

function text(variable: string, fallback: string, meaning: string): Setting<string> {
  return { variable, default: fallback, expects: 'a text', meaning, parse: (value) => value };
}

function optionalText(variable: string, meaning: string): Setting<string | undefined> {
  return { variable, optional: true, expects: 'a text', meaning, parse: (value) => value };
}

function integer(
  variable: string,
  min: number,
  max: number,
  fallback: string,
  meaning: string,
): Setting<number> {
  return {
    variable,
    default: fallback,
    expects: `a whole number from ${min} to ${max}`,
    meaning,
    parse: (value) => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

function oneOf<const Names extends readonly string[]>(
  variable: string,
  names: Names,
  fallback: Names[number],
  meaning: string,
): Setting<Names[number]> {
  return {
    variable,
    default: fallback,
    expects: `one of ${names.join(', ')}`,
    meaning,
    parse: (value): Names[number] | undefined => names.find((name) => name === value),
  };
}

function boolean(variable: string, meaning: string): Setting<boolean> {
  const values = new Map([
    ['true', true],
    ['false', false],
  ]);
  return { variable, optional: true, expects: 'true or false', meaning, parse: (value) => values.get(value) };
}

function url(variable: string, protocols: string[], meaning: string): Setting<string> {
  return {
    variable,
    expects: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    meaning,
    secret: true, // it may carry a password
    parse: (value) =>
      URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined,
  };
}

function httpUrl(variable: string, meaning: string): Setting<string | undefined> {
  const http = url(variable, ['http:', 'https:'], meaning);
  return {
    ...http,
    optional: true,
    expects: `${http.expects}, without a user or password`,
    parse: (value) => {
      const isPlain =
        http.parse(value) !== undefined && new URL(value).username + new URL(value).password === '';
      return isPlain ? value : undefined;
    },
  };
}

function share(variable: string, fallback: string, meaning: string): Setting<number> {
  return {
    variable,
    default: fallback,
    expects: 'a number from 0 to 1',
    meaning,
    parse: (value) => (/^(0|1|0?\.\d{1,15}|1\.0{1,15})$/.test(value) ? Number(value) : undefined),
  };
}

/** Nothing that would make a hash tag, or a pattern of more keys than the deployment's own. */
function keyPrefix(variable: string, fallback: string, meaning: string): Setting<string> {
  return {
    variable,
    default: fallback,
    expects: 'at most 64 letters, digits, colons, dots, hyphens and underscores',
    meaning,
    parse: (value) => (/^[\w:.-]{1,64}$/.test(value) ? value : undefined),
  };
}

/** Read at the start, so that a file that is missing or of another kind is told then. */
function certificates(variable: string, meaning: string): Setting<string> {
  return {
    variable,
    optional: true,
    expects: 'a file of certificates in PEM form',
    meaning,
    parse: (file) => {
      try {
        const pem = readFileSync(file, 'utf8');
        new X509Certificate(pem);
        return pem;
      } catch {
        return undefined;
      }
    },
  };
}

function urls(variable: string, protocols: string[], meaning: string): Setting<string[] | undefined> {
  const one = url(variable, protocols, meaning);
  return {
    ...one,
    optional: true,
    expects: `URLs, separated by commas, each ${one.expects.replace('a URL that', 'one that')}`,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      return parts.every((part) => one.parse(part) !== undefined) ? parts : undefined;
    },
  };
}

/** Nodes that outvote each other: an odd number of them, none twice. */
function quorum(variable: string, protocols: string[], meaning: string): Setting<string[]> {
  const nodes = urls(variable, protocols, meaning);
  return {
    ...nodes,
    expects: `an odd number of ${nodes.expects.replace('URLs,', 'URLs, 3 or more,')}`,
    parse: (value) => {
      const all = nodes.parse(value) ?? [];
      return all.length >= 3 && all.length % 2 === 1 && new Set(all).size === all.length ? all : undefined;
    },
  };
}

/** The servers of one cluster, of which any will do: unlike a quorum it may be one, or an even number. */
function members(variable: string, protocols: string[], meaning: string): Setting<string[]> {
  const member = url(variable, protocols, meaning);
  return {
    ...member,
    optional: true,
    expects: `URLs separated by commas, each ${member.expects.replace('a URL that', 'one that')}`,
    parse: (value) => {
      const urls = value.split(',').map((part) => part.trim());
      return urls.every((part) => member.parse(part) !== undefined) ? urls : undefined;
    },
  };
}

function list(
  variable: string,
  { of, is, meaning }: { of: string; is: (text: string) => boolean; meaning: string },
): Setting<string[]> {
  return {
    variable,
    default: '',
    expects: `${of}, separated by commas`,
    meaning,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      const given = parts.filter((part) => part !== '');
      return given.every(is) ? given : undefined;
    },
  };
}

function rateLimit(variable: string, fallback: string, meaning: string): Setting<RateLimit | null> {
  const expects = 'requests in a window of a day at most, such as 20/10s, 300/1m or 5000/1h, or off';
  return { variable, default: fallback, expects, meaning, parse: parseRateLimit };
}

/** The current secret and, while it is being rotated, the previous one, separated by a comma. */
function secrets(
  variable: string,
  meaning: string,
  need: 'required in production' | 'optional',
): Setting<string[]> {
  return {
    variable,
    optional: true,
    requiredInProduction: need === 'required in production',
    expects: 'a secret of 8 characters or more, or two separated by a comma (current, previous)',
    meaning,
    secret: true,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      return parts.length <= 2 && parts.every((part) => part.length >= 8) ? parts : undefined;
    },
  };
}

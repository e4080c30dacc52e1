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
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOCK_PROVIDERS = ['redis', 'redlock', 'postgres', 'memory'] as const;
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
  redisUrl: url('REDIS_URL', ['redis:', 'rediss:'], 'the Redis that holds the locks'),
  lockProvider: oneOf('LOCK_PROVIDER', LOCK_PROVIDERS, 'redis', 'where the locks live'),
  redlockUrls: quorum(
    'REDLOCK_URLS',
    ['redis:', 'rediss:'],
    'the independent Redis nodes of LOCK_PROVIDER=redlock, which needs it',
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
  buyerJwtSecrets: secrets('BUYER_JWT_SECRET', 'verifies the tokens of buyers (HS256)', 'required'),
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
  shopWebhookUrl: webhookUrl(
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
} as const satisfies Record<string, Setting<unknown>>;

function text(variable: string, fallback: string, meaning: string): Setting<string> {
  return { variable, default: fallback, expects: 'a text', meaning, parse: (value) => value };
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

function webhookUrl(variable: string, meaning: string): Setting<string> {
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

/** Nodes that outvote each other: an odd number of them, none twice. */
function quorum(variable: string, protocols: string[], meaning: string): Setting<string[]> {
  const node = url(variable, protocols, meaning);
  return {
    variable,
    optional: true,
    expects: `an odd number of URLs, 3 or more, separated by commas, each ${node.expects.replace('a URL that', 'one that')}`,
    meaning,
    secret: true, // they may carry passwords
    parse: (value) => {
      const urls = value.split(',').map((part) => part.trim());
      const isQuorum = urls.length >= 3 && urls.length % 2 === 1 && new Set(urls).size === urls.length;
      return isQuorum && urls.every((part) => node.parse(part) !== undefined) ? urls : undefined;
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
  const expects = 'requests in a window, such as 20/10s, 300/1m or 5000/1h, or off';
  return { variable, default: fallback, expects, meaning, parse: parseRateLimit };
}

/** The current secret and, while it is being rotated, the previous one, separated by a comma. */
function secrets(
  variable: string,
  meaning: string,
  need: 'required' | 'required in production' | 'optional',
): Setting<string[]> {
  return {
    variable,
    ...(need === 'required' ? {} : { optional: true, requiredInProduction: need !== 'optional' }),
    expects: 'a secret of 8 characters or more, or two separated by a comma (current, previous)',
    meaning,
    secret: true,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      return parts.length <= 2 && parts.every((part) => part.length >= 8) ? parts : undefined;
    },
  };
}

import type { Setting } from './setting.js';
import { LYING_STRATEGIES, SETTINGS } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Settings = typeof SETTINGS;
type Value<S> = S extends Setting<infer V> ? V : never;

/** The validated settings, read once at the start. */
export type Config = { readonly [Name in keyof Settings]: Value<Settings[Name]> } & {
  readonly production: boolean;
};

/** What the worker reads of them: it serves neither buyers nor administrators. */
const WORKER_SETTINGS = [
  'nodeEnv',
  'host',
  'port',
  'databaseUrl',
  'databasePoolSize',
  'preparedStatements',
  'redisUrl',
  'redisSentinelUrls',
  'redisSentinelName',
  'redisClusterUrls',
  'redisKeyPrefix',
  'redisCa',
  'lockProvider',
  'redlockUrls',
  'etcdUrls',
  'zookeeperUrls',
  'lockFallback',
  'singleProcess',
  'orderDeadlineMs',
  'shopWebhookUrl',
  'shopWebhookSecrets',
  'shopWebhookAttempts',
  'retentionOrdersDays',
  'retentionRequestsDays',
  'logLevel',
  'otlpEndpoint',
  'tracesSampler', // this one and the next the SDK reads itself: here a wrong one stops the start
  'tracesSamplerArg',
] as const satisfies (keyof Settings)[];
export type WorkerConfig = Pick<Config, (typeof WORKER_SETTINGS)[number] | 'production'>;
/** What every process needs to be served. */
export type ProcessConfig = Pick<WorkerConfig, 'host' | 'port' | 'logLevel' | 'otlpEndpoint'>;

/** One line that names the variable and what it expects; a secret's value is never part of it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Validates an environment against the table of settings.
 * An empty variable counts as absent, as shells and compose files produce them.
 * @throws ConfigurationError for the first setting that is wrong or missing
 */
export function loadConfig(environment: Environment): Config {
  const config = load(environment, Object.keys(SETTINGS) as (keyof Settings)[]);
  const contradiction = contradictionAboutBuyers(config);
  if (contradiction !== undefined) throw new ConfigurationError(contradiction);
  return config;
}

/** The same for the worker, which needs none of the API's secrets. @throws ConfigurationError */
export function loadWorkerConfig(environment: Environment): WorkerConfig {
  return load(environment, WORKER_SETTINGS);
}

function load(environment: Environment, names: readonly (keyof Settings)[]): Config {
  const production = environment.NODE_ENV === 'production';
  const values: Record<string, unknown> = { production };
  for (const name of names) {
    const setting: Setting<unknown> = SETTINGS[name];
    values[name] = readSetting(setting, environment[setting.variable], production);
  }
  values.buyerJwtSecrets ??= [];
  values.guestBuyers ??= !production && (values.buyerJwtSecrets as string[]).length > 0;
  values.adminApiKeys ??= [];
  values.paymentWebhookSecrets ??= [];
  values.shopWebhookSecrets ??= [];
  values.redlockUrls ??= [];
  values.etcdUrls ??= [];
  values.zookeeperUrls ??= [];
  values.singleProcess ??= !production;
  const config = values as Config;
  const contradiction = contradictionIn(config);
  if (contradiction !== undefined) throw new ConfigurationError(contradiction);
  return config;
}

/** The servers of the lock providers that have their own. */
const SERVERS_OF: Partial<Record<Config['lockProvider'], 'redlockUrls' | 'etcdUrls' | 'zookeeperUrls'>> = {
  redlock: 'redlockUrls',
  etcd: 'etcdUrls',
  zookeeper: 'zookeeperUrls',
};

/** Settings that are right alone, and not together. */
function contradictionIn(config: Config): string | undefined {
  const { production, strategy, lockProvider, lockFallback, redlockUrls, singleProcess } = config;
  const { shopWebhookUrl, shopWebhookSecrets, redisCa, redisUrl } = config;
  const lie = LYING_STRATEGIES.get(strategy);
  if (production && lie !== undefined) {
    return `RESERVATION_STRATEGY must not be ${strategy} in production: it ${lie} on purpose.`;
  }
  const servers = SERVERS_OF[lockProvider];
  if (servers && config[servers].length === 0) {
    const { variable, expects } = SETTINGS[servers];
    return `${variable} is missing: LOCK_PROVIDER=${lockProvider} expects ${expects}.`;
  }
  if (lockFallback !== 'none' && lockProvider !== 'redis' && lockProvider !== 'redlock') {
    return `LOCK_FALLBACK must be none with LOCK_PROVIDER=${lockProvider}: it stands in for a Redis that is away.`;
  }
  if (config.redisSentinelUrls && config.redisClusterUrls) {
    return 'REDIS_SENTINEL_URLS and REDIS_CLUSTER_URLS exclude each other: a Redis Cluster promotes its replicas by itself.';
  }
  if (redisCa && ![redisUrl, ...redlockUrls].some((url) => url.startsWith('rediss:'))) {
    return 'REDIS_CA_FILE expects a REDIS_URL that begins with rediss://: this one is not encrypted.';
  }
  if (shopWebhookUrl && shopWebhookSecrets.length === 0) {
    return `SHOP_WEBHOOK_SECRET is missing: SHOP_WEBHOOK_URL needs ${SETTINGS.shopWebhookSecrets.expects}.`;
  }
  if (singleProcess) return undefined;
  const inMemory = lockProvider === 'memory' ? 'LOCK_PROVIDER' : lockFallback === 'memory' && 'LOCK_FALLBACK';
  return inMemory
    ? `${inMemory} must not be memory where several processes may run: choose postgres, or set SINGLE_PROCESS=true if no other one serves this database.`
    : undefined;
}

/** The same of what the API alone reads. */
function contradictionAboutBuyers(config: Config): string | undefined {
  const { production, buyerJwtSecrets, buyerJwksUrl, buyerJwtIssuer, guestBuyers } = config;
  const needsSecret = buyerJwksUrl === undefined ? '' : ' with GUEST_BUYERS=true';
  if (buyerJwtSecrets.length === 0 && (buyerJwksUrl === undefined || guestBuyers)) {
    return `BUYER_JWT_SECRET is missing${needsSecret}: it expects ${SETTINGS.buyerJwtSecrets.expects}.`;
  }
  if (buyerJwksUrl === undefined) return undefined;
  if (buyerJwtIssuer === undefined) {
    return 'BUYER_JWT_ISSUER is missing: BUYER_JWKS_URL needs it, exactly as the tokens say it in iss.';
  }
  // Whoever can change the keys on their way can be any buyer.
  return production && !isSafe(new URL(buyerJwksUrl))
    ? 'BUYER_JWKS_URL expects https:// in production, or an address of this machine.'
    : undefined;
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** One setting alone, for a step that needs no more. @throws ConfigurationError */
export function loadDatabaseUrl(environment: Environment): string {
  return readSetting(SETTINGS.databaseUrl, environment.DATABASE_URL, false) as string;
}

function readSetting(setting: Setting<unknown>, given: string | undefined, production: boolean): unknown {
  const text = given === undefined || given === '' ? setting.default : given;
  if (text === undefined) {
    const required = setting.optional !== true || (production && setting.requiredInProduction === true);
    if (required)
      throw new ConfigurationError(`${setting.variable} is missing: it expects ${setting.expects}.`);
    return undefined;
  }
  const value = setting.parse(text);
  if (value === undefined) {
    const got = setting.secret ? '' : `, not ${JSON.stringify(text.slice(0, 100))}`;
    throw new ConfigurationError(`${setting.variable} expects ${setting.expects}${got}.`);
  }
  return value;
}

import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, loadConfig } from './config.js';
import { STRATEGIES } from './settings.js';

const REQUIRED = {
  DATABASE_URL: 'postgres://holdfast:secret@localhost/holdfast',
  REDIS_URL: 'redis://localhost',
  BUYER_JWT_SECRET: 'signs-the-buyers',
};
const PRODUCTION = {
  ...REQUIRED,
  NODE_ENV: 'production',
  ADMIN_API_KEY: 'administrators',
  PAYMENT_WEBHOOK_SECRET: 'the-provider',
};

const JWKS = 'https://identity.example/keys';

const nodes = (count: number) =>
  Array.from({ length: count }, (_, index) => `redis://node-${index}`).join(',');

function messageOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('loadConfig', () => {
  test('fills in the defaults, and takes an empty variable for an absent one', () => {
    expect(loadConfig({ ...REQUIRED, PORT: '', HOST: '' })).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      strategy: 'batched',
      orderDeadlineMs: 10_000,
      laneCapacity: 10_000,
      reservationTtlSeconds: 600,
      guestBuyers: true,
      adminApiKeys: [],
      lockProvider: 'redis',
      lockFallback: 'none',
      redlockUrls: [],
      etcdUrls: [],
      zookeeperUrls: [],
      redisKeyPrefix: 'holdfast:',
      rateLimitBuyer: { requests: 20, windowSec: 10 },
      rateLimitIp: null,
      trustedProxies: [],
      singleProcess: true,
      production: false,
    });
  });

  test.each([
    [{ PORT: '80a' }, 'PORT expects a whole number from 0 to 65535, not "80a".'],
    [{ PORT: '65536' }, 'PORT expects a whole number from 0 to 65535, not "65536".'],
    [{ PORT: '1e3' }, 'PORT expects a whole number from 0 to 65535, not "1e3".'],
    [
      { RATE_LIMIT_BUYER: '20' },
      'RATE_LIMIT_BUYER expects requests in a window of a day at most, such as 20/10s, 300/1m or 5000/1h, or off, not "20".',
    ],
    [
      { TRUSTED_PROXIES: '10.0.0.0/8,the-proxy' },
      'TRUSTED_PROXIES expects addresses or ranges such as 10.0.0.0/8, separated by commas, not "10.0.0.0/8,the-proxy".',
    ],
    [{ GUEST_BUYERS: 'yes' }, 'GUEST_BUYERS expects true or false, not "yes".'],
    [
      { RESERVATION_STRATEGY: 'hope' },
      `RESERVATION_STRATEGY expects one of ${STRATEGIES.join(', ')}, not "hope".`,
    ],
    [{ LOCK_PROVIDER: 'consul' }, /^LOCK_PROVIDER expects one of redis, redlock, .*, not "consul"\.$/],
    [
      { LOCK_PROVIDER: 'redlock' },
      /^REDLOCK_URLS is missing: LOCK_PROVIDER=redlock expects an odd number of URLs/,
    ],
    [{ LOCK_PROVIDER: 'redlock', REDLOCK_URLS: nodes(2) }, /^REDLOCK_URLS expects an odd number/],
    [{ LOCK_PROVIDER: 'redlock', REDLOCK_URLS: nodes(4) }, /^REDLOCK_URLS expects an odd number/],
    [
      { LOCK_PROVIDER: 'etcd' },
      /^ETCD_URLS is missing: LOCK_PROVIDER=etcd expects URLs separated by commas, each one that begins with http/,
    ],
    [{ ETCD_URLS: 'http://a:2379,etcd://b' }, /^ETCD_URLS expects URLs separated by commas/],
    [{ LOCK_PROVIDER: 'zookeeper' }, /^ZOOKEEPER_URLS is missing: LOCK_PROVIDER=zookeeper expects URLs/],
    [
      { ZOOKEEPER_URLS: 'a:2181' },
      /^ZOOKEEPER_URLS expects .* begins with zookeeper:\/\/ or zookeepers:\/\//,
    ],
    [
      { LOCK_PROVIDER: 'etcd', ETCD_URLS: 'http://a:2379', LOCK_FALLBACK: 'postgres' },
      /^LOCK_FALLBACK must be none with LOCK_PROVIDER=etcd/,
    ],
    [{ REDLOCK_URLS: 'redis://a,redis://b,redis://a' }, /^REDLOCK_URLS expects an odd number/],
    [{ REDLOCK_URLS: 'redis://a,redis://b,http://c' }, /^REDLOCK_URLS expects an odd number/],
    [
      { REDIS_SENTINEL_URLS: 'redis://a,b:26379' },
      'REDIS_SENTINEL_URLS expects URLs, separated by commas, each one that begins with redis:// or rediss://.',
    ],
    [
      { REDIS_SENTINEL_URLS: 'redis://a', REDIS_CLUSTER_URLS: 'redis://b' },
      /^REDIS_SENTINEL_URLS and REDIS_CLUSTER_URLS exclude each other/,
    ],
    ...['{shop}:', 'shop *:', 'shop?', 'a'.repeat(65)].map((prefix): [object, string] => [
      { REDIS_KEY_PREFIX: prefix },
      `REDIS_KEY_PREFIX expects at most 64 letters, digits, colons, dots, hyphens and underscores, not "${prefix}".`,
    ]),
    [
      { REDIS_CA_FILE: '/not/there.pem', REDIS_URL: 'rediss://localhost' },
      'REDIS_CA_FILE expects a file of certificates in PEM form, not "/not/there.pem".',
    ],
    [
      { REDIS_CA_FILE: import.meta.filename, REDIS_URL: 'rediss://localhost' },
      /^REDIS_CA_FILE expects a file of certificates in PEM form/,
    ],
    [{ LOCK_FALLBACK: 'redis' }, 'LOCK_FALLBACK expects one of none, postgres, memory, not "redis".'],
    [
      { LOCK_PROVIDER: 'postgres', LOCK_FALLBACK: 'memory' },
      /^LOCK_FALLBACK must be none with LOCK_PROVIDER=postgres/,
    ],
    [
      { LOCK_PROVIDER: 'memory', SINGLE_PROCESS: 'false' },
      /^LOCK_PROVIDER must not be memory .* SINGLE_PROCESS=true/,
    ],
    [{ CORS_ORIGINS: 'https://a.example/path' }, /^CORS_ORIGINS expects origins/],
    [{ BUYER_JWT_SECRET: '' }, /^BUYER_JWT_SECRET is missing: it expects a secret/],
    [
      { BUYER_JWT_SECRET: '', BUYER_JWKS_URL: JWKS, BUYER_JWT_ISSUER: 'x', GUEST_BUYERS: 'true' },
      /^BUYER_JWT_SECRET is missing with GUEST_BUYERS=true/,
    ],
    [{ BUYER_JWKS_URL: JWKS }, /^BUYER_JWT_ISSUER is missing: BUYER_JWKS_URL needs it/],
    [{ BUYER_JWKS_URL: 'ldap://identity' }, /^BUYER_JWKS_URL expects a URL that begins with http/],
    [{ DATABASE_URL: '' }, /^DATABASE_URL is missing: it expects a URL that begins with postgres:\/\//],
  ])('refuses %j in one line', (environment, message) => {
    const got = messageOf({ ...REQUIRED, ...environment });
    expect(got).toMatch(message);
    expect(got).not.toContain('\n');
  });

  test('never echoes a secret', () => {
    expect(messageOf({ ...REQUIRED, BUYER_JWT_SECRET: 'short' })).not.toContain('short');
    expect(messageOf({ ...REQUIRED, DATABASE_URL: 'mysql://user:hunter22@host' })).not.toContain('hunter22');
  });

  test('takes the nodes of a quorum, and never echoes their passwords', () => {
    const environment = { ...REQUIRED, LOCK_PROVIDER: 'redlock' };
    const { redlockUrls } = loadConfig({
      ...environment,
      REDLOCK_URLS: 'redis://a, redis://b ,rediss://c:6380/1',
    });
    expect(redlockUrls).toEqual(['redis://a', 'redis://b', 'rediss://c:6380/1']);
    expect(messageOf({ ...environment, REDLOCK_URLS: 'redis://user:hunter22@a,redis://b' })).not.toContain(
      'hunter22',
    );
  });

  test('takes the members of an etcd', () => {
    const environment = { ...REQUIRED, LOCK_PROVIDER: 'etcd', ETCD_URLS: 'http://a:2379, https://b:2379' };
    expect(loadConfig(environment).etcdUrls).toEqual(['http://a:2379', 'https://b:2379']);
  });

  test('keeps locks in memory where one process alone is declared, as it is outside production', () => {
    expect(loadConfig({ ...REQUIRED, LOCK_PROVIDER: 'memory' }).lockProvider).toBe('memory');
    expect(messageOf({ ...PRODUCTION, LOCK_PROVIDER: 'memory' })).toMatch(
      /^LOCK_PROVIDER must not be memory/,
    );
    expect(messageOf({ ...PRODUCTION, LOCK_FALLBACK: 'memory' })).toMatch(
      /^LOCK_FALLBACK must not be memory/,
    );
    const declared = { ...PRODUCTION, SINGLE_PROCESS: 'true' };
    expect(loadConfig({ ...declared, LOCK_PROVIDER: 'memory' })).toMatchObject({ singleProcess: true });
    expect(loadConfig({ ...declared, LOCK_FALLBACK: 'memory' })).toMatchObject({ lockFallback: 'memory' });
    expect(loadConfig({ ...PRODUCTION, LOCK_FALLBACK: 'postgres' })).toMatchObject({ singleProcess: false });
  });

  test('accepts a current and a previous secret', () => {
    expect(loadConfig({ ...REQUIRED, BUYER_JWT_SECRET: 'the-new-one, the-old-one' }).buyerJwtSecrets).toEqual(
      ['the-new-one', 'the-old-one'],
    );
    expect(messageOf({ ...REQUIRED, BUYER_JWT_SECRET: 'first-one,second-one,third-one' })).toMatch(
      /^BUYER_JWT_SECRET/,
    );
  });

  test('needs no secret of its own where an identity provider signs, and then knows no guests', () => {
    const provider = { ...REQUIRED, BUYER_JWKS_URL: JWKS, BUYER_JWT_ISSUER: 'https://identity.example/' };
    expect(loadConfig(provider)).toMatchObject({ guestBuyers: true, buyerJwtAudience: 'holdfast' });
    const alone = { ...provider, BUYER_JWT_SECRET: '' };
    expect(loadConfig(alone)).toMatchObject({ guestBuyers: false, buyerJwtSecrets: [] });
    const unsafe = { ...provider, ...PRODUCTION, BUYER_JWKS_URL: 'http://identity.example/keys' };
    expect(messageOf(unsafe)).toMatch(/^BUYER_JWKS_URL expects https:\/\/ in production/);
    expect(messageOf({ ...unsafe, BUYER_JWKS_URL: 'http://localhost:8080/keys' })).toBe('accepted');
  });

  test('asks for more in production', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({ production: true, guestBuyers: false });
    expect(messageOf({ ...PRODUCTION, ADMIN_API_KEY: '' })).toMatch(/^ADMIN_API_KEY is missing/);
    expect(messageOf({ ...PRODUCTION, RESERVATION_STRATEGY: 'unguarded' })).toMatch(
      /^RESERVATION_STRATEGY must not/,
    );
  });
});

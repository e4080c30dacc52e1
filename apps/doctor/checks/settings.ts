import type { Config } from '#platform';
import { finding, ok, type Finding } from '../finding.js';

/** Shorter ones can be tried out, given the time. */
const MIN_SECRET = 32;
const PLACEHOLDER = /change|secret|passw|example|default|placeholder|test|demo|admin|1234|abcd|^(.)\1*$/i;

/** What can be told from the settings alone. */
export function checkSettings(config: Config): Finding[] {
  return [
    ok('settings', 'all of them are valid'),
    finding('NODE_ENV', config.nodeEnv, {
      holds: config.production,
      otherwise: 'fail',
      advice:
        'Set NODE_ENV=production: without it guests get tokens, a demo crowd may be sent, and secrets may be missing.',
    }),
    finding('GUEST_BUYERS', String(config.guestBuyers), {
      holds: !config.guestBuyers,
      otherwise: config.production ? 'warn' : 'fail',
      advice: 'Set GUEST_BUYERS=false: whoever asks is a new buyer, so that no purchase limit holds anybody.',
    }),
    ...checkSecrets(config),
    finding('RESERVATION_STRATEGY', config.strategy, {
      holds: config.strategy === 'batched',
      otherwise: 'warn',
      advice: 'batched is the fastest by far; the others are there to be compared (docs/benchmarks.md).',
    }),
    lockFallback(config),
    trustedProxies(config),
    shopWebhook(config),
  ];
}

function checkSecrets(config: Config): Finding[] {
  const secrets: readonly (readonly [name: string, values: readonly string[]])[] = [
    ['BUYER_JWT_SECRET', config.buyerJwtSecrets],
    ['ADMIN_API_KEY', config.adminApiKeys],
    ['PAYMENT_WEBHOOK_SECRET', config.paymentWebhookSecrets],
    ['SHOP_WEBHOOK_SECRET', config.shopWebhookSecrets],
  ];
  const all = secrets.flatMap(([, values]) => values);
  return secrets
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => checkSecret(name, values, all));
}

function checkSecret(name: string, values: readonly string[], all: readonly string[]): Finding {
  const shortest = Math.min(...values.map(({ length }) => length));
  const isPlaceholder = values.some((value) => PLACEHOLDER.test(value) && value.length < 2 * MIN_SECRET);
  const isShared = values.some((value) => all.filter((other) => other === value).length > 1);
  const faults = [
    ...(shortest < MIN_SECRET ? [`${shortest} characters`] : []),
    ...(isPlaceholder ? ['looks like a placeholder'] : []),
    ...(isShared ? ['is used twice'] : []),
  ];
  const found = faults.length === 0 ? `${shortest} characters` : faults.join(', ');
  return finding(name, found, {
    holds: faults.length === 0,
    otherwise: 'fail',
    advice: `Make one of its own, such as by "openssl rand -base64 33": ${MIN_SECRET} characters or more that nobody chose.`,
  });
}

function lockFallback({ lockProvider, lockFallback: fallback }: Config): Finding {
  return finding('LOCK_FALLBACK', `${lockProvider}, fallback ${fallback}`, {
    holds: lockProvider !== 'memory' && fallback !== 'memory',
    otherwise: 'warn',
    advice:
      'Locks in memory are for one process alone: with more of them choose redis, and postgres or none behind it.',
  });
}

function trustedProxies({ trustedProxies: proxies, rateLimitIp, host }: Config): Finding {
  const found = proxies.length === 0 ? 'none' : proxies.join(', ');
  if (proxies.length > 0) return ok('TRUSTED_PROXIES', found);
  const isCounted = rateLimitIp !== null;
  return finding('TRUSTED_PROXIES', found, {
    holds: !isCounted && host === '127.0.0.1',
    otherwise: isCounted ? 'fail' : 'warn',
    advice: isCounted
      ? 'Name the load balancer, or unset RATE_LIMIT_IP: without it all clients are one address, and limited as one.'
      : 'Name the load balancer: until then each stream counts for its address, STREAM_CAPACITY_IP of them in all.',
  });
}

function shopWebhook({ shopWebhookUrl }: Config): Finding {
  const advice =
    'Set SHOP_WEBHOOK_URL, with https: the shop then hears of every order, whatever becomes of its own calls.';
  return finding('SHOP_WEBHOOK_URL', shopWebhookUrl ? new URL(shopWebhookUrl).origin : 'none', {
    holds: (shopWebhookUrl || '').startsWith('https:'),
    otherwise: 'warn',
    advice,
  });
}

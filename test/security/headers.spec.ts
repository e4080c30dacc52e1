import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop } from '../support/shop.js';

/** What OWASP's list of secure headers asks for, where it means something; null: must not be there. */
const EVERYWHERE = {
  'x-content-type-options': /^nosniff$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'strict-transport-security': /^max-age=31536000; includeSubDomains$/,
  'x-powered-by': null,
  server: null,
};
const OF_PAGES = {
  ...EVERYWHERE,
  'content-security-policy':
    /^default-src 'self';.*object-src 'none';base-uri 'self';form-action 'self';frame-ancestors 'none'$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\), geolocation=\(\), microphone=\(\)/,
  'referrer-policy': /^no-referrer$/,
  'x-frame-options': /^DENY$/,
  'x-permitted-cross-domain-policies': /^none$/,
};
const OF_JSON = {
  ...EVERYWHERE,
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'cache-control': /^no-(store|cache)$/,
};

describe('the headers that browsers want', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ NODE_ENV: 'production', PAYMENT_WEBHOOK_SECRET: 'the-provider-of-the-tests' });
  }, 60_000);

  afterAll(() => shop.close());

  test.each([
    ['/', OF_PAGES],
    ['/admin/', OF_PAGES],
    ['/docs', OF_PAGES],
    ['/nowhere', OF_PAGES],
    ['/v1/sales', OF_JSON],
    ['/v1/orders', OF_JSON],
    ['/v1/nowhere', OF_JSON],
  ])('are on %s', async (path, expected) => {
    const { headers } = await shop.request('GET', path);
    for (const [name, pattern] of Object.entries(expected)) {
      const value = headers.get(name);
      expect([name, value]).toEqual([name, pattern === null ? null : expect.stringMatching(pattern)]);
    }
  });
});

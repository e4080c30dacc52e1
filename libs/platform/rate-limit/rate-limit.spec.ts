import { describe, expect, test } from '@jest/globals';
import { clientOf, isProxyRange } from './client-address.js';
import { parseRateLimit } from './rate-limit.js';

describe('parseRateLimit', () => {
  test.each([
    ['20/10s', { requests: 20, windowSec: 10 }],
    ['300/1m', { requests: 300, windowSec: 60 }],
    ['5000/2h', { requests: 5_000, windowSec: 7_200 }],
    ['off', null],
  ])('reads %s', (text, limit) => {
    expect(parseRateLimit(text)).toEqual(limit);
  });

  test.each([
    '20',
    '20/10',
    '0/10s',
    '20/0s',
    '-1/1s',
    '1.5/1s',
    '1e3/1s',
    ' 20/10s',
    '20/10d',
    '20/25h',
    'OFF',
    '20/10s,5/1s',
  ])('refuses %s', (text) => {
    expect(parseRateLimit(text)).toBeUndefined();
  });
});

describe('clientOf', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1'],
    ['2001:0DB8:0000:0001::5', '2001:db8:0:1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});

describe('isProxyRange', () => {
  test.each(['loopback', '10.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'])('takes %s', (text) => {
    expect(isProxyRange(text)).toBe(true);
  });

  test.each(['', 'proxy', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', '*', 'true'])(
    'refuses %s',
    (text) => {
      expect(isProxyRange(text)).toBe(false);
    },
  );
});

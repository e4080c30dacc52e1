import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemCode } from '#platform';
import { EXAMPLES } from './examples.js';
import { exchange } from './send.js';
import { Target } from './target.js';
import { words } from './values.js';

const ROUTES = Object.keys(EXAMPLES);
const NAME = 'Idempotency-Key';

const UNFIT_KEYS: readonly (string | readonly string[])[] = [
  ...['', ' ', 'two words', 'k'.repeat(256), 'k'.repeat(8_000), 'a\tb', '\xe9', '\xc3\xa9', '\xa0'],
  ...['a b', 'same same'].map(words), // as two lines
];

const start = (lines: string) => `POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n`;

/** Bytes that are no request, or one that can be read in two ways. */
const NO_REQUEST: readonly string[] = [
  ...[
    '\0\0\0\0',
    '\x16\x03\x01\x02\0\x01\0',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'canary\r\n\r\n',
    '{}\r\n\r\n',
  ],
  ...[
    'FOO / HTTP/1.1',
    'GET / HTTP/9.9',
    'GET / \0 HTTP/1.1',
    'GET v1 HTTP/1.1',
    'CONNECT x:443 HTTP/1.1',
  ].map((line) => `${line}\r\nHost: x\r\n\r\n`),
  ...['GET / HTTP/1.1\nHost: x\n\n', 'GET /v1/sales HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ...['a b: c', 'a\0: c', 'a: b\0c', 'a: b\x01c', ' folded', ': c', 'a', 'Idempotency-Key: a\x0bb'].map(
    start,
  ),
  ...['-1', '1e3', '99999999999999999999', '1\r\nContent-Length: 2', '1\r\nTransfer-Encoding: chunked'].map(
    (length) => start(`Content-Length: ${length}`),
  ),
  ...['\r\nContent-Length: 1', '\r\nTransfer-Encoding: identity', ', gzip'].map((more) =>
    start(`Transfer-Encoding: chunked${more}`),
  ),
  ...[
    'zz\r\n{}\r\n0\r\n\r\n',
    '-1\r\n{}\r\n',
    '2;\0\r\n{}\r\n0\r\n\r\n',
    'fffffffffffffffff\r\n{}',
    '1\r\n{}\r\n',
  ].map((chunks) => start('Content-Type: application/json\r\nTransfer-Encoding: chunked') + chunks),
  start('Expect: canary\r\nConnection: close'),
];

const TOO_LARGE: readonly string[] = [
  start(`canary: ${'x'.repeat(20_000)}`),
  start(`${'x'.repeat(20_000)}: a`),
  start('a: bcdefgh\r\n'.repeat(3_000).trim()),
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
];

/** Of which a GET understands nothing. */
const ODD: Readonly<Record<string, string>> = {
  ...{
    accept: 'canary/*;q=2',
    'accept-encoding': 'canary',
    'accept-language': '*;;;',
    'accept-version': '>=9',
  },
  ...{ range: 'bytes=99-1,-', 'if-none-match': `"${'x'.repeat(4_000)}`, 'if-modified-since': 'canary' },
  ...{ 'x-request-id': '${jndi:ldap://canary}', traceparent: '00-canary', 'last-event-id': '\xff' },
  ...{ 'x-forwarded-for': 'canary', 'x-forwarded-host': 'canary.example', forwarded: 'for="_canary"' },
  ...{ origin: 'null', cookie: '__proto__=1; =;;', host: 'canary.example:99999', 'content-type': 'canary' },
  ...{ constructor: '1', upgrade: 'h2c', te: 'canary', 'max-forwards': '-1' },
};

describe('a header', () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.open();
  }, 60_000);

  afterAll(() => target.close());

  test('that is no idempotency key is refused wherever one is read, and nothing is done', async () => {
    const keyed = ROUTES.filter((route) => target.contract.namesOf(route, 'header').includes(NAME));
    expect(keyed).toContain('POST /v1/orders');
    for (const route of keyed) {
      const before = await target.digest();
      const faults = await Promise.all(
        UNFIT_KEYS.map(async (key) => {
          const heard = await target.send(route, { headers: { [NAME]: key } });
          return target
            .faultsOf(heard, ['idempotency_key_invalid'])
            .map((fault) => `${String(key)}: ${fault}`);
        }),
      );
      expect([route, faults.flat()]).toEqual([route, []]);
      if (target.contract.needs(route, NAME)) {
        const heard = await target.send(route, { headers: { [NAME]: undefined } });
        expect([route, target.faultsOf(heard, ['idempotency_key_missing'])]).toEqual([route, []]);
      }
      expect(await target.digest()).toEqual(before);
      const longest = await target.send(route, { headers: { [NAME]: 'k'.repeat(255) } });
      expect([route, longest.status < 300]).toEqual([route, true]);
    }
  });

  test('that is odd changes nothing of what is read', async () => {
    for (const route of ROUTES.filter((each) => each.startsWith('GET '))) {
      const { headers = {} } = target.request(route);
      const heard = await target.send(route, { headers: { ...ODD, ...headers } });
      expect([route, heard.status, target.leaksIn(heard.text)]).toEqual([route, 200, []]);
      expect(heard.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
      expect(JSON.stringify(heard.headers)).not.toContain('canary');
    }
  });

  test.each<[string, ProblemCode, readonly string[]]>([
    ['is no HTTP, or can be read in two ways,', 'malformed_request', NO_REQUEST],
    ['is too large', 'headers_too_large', TOO_LARGE],
  ])('that %s is refused, and nothing is done', async (_, code, requests) => {
    const before = await target.digest();
    const faults = await Promise.all(
      requests.map(async (bytes) => {
        const heard = await exchange(target.port, Buffer.from(bytes, 'latin1'));
        return target
          .faultsOf(heard, [code])
          .map((fault) => `${JSON.stringify(bytes).slice(0, 200)}: ${fault}`);
      }),
    );
    expect(faults.flat()).toEqual([]);
    expect(await target.digest()).toEqual(before);
  });

  test('leaves the service unharmed', () => target.expectUnharmed());
});

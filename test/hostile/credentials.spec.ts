import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN_KEY, JWT_SECRET } from '../support/shop.js';
import { WEBHOOK_SECRET } from '../payments/till.js';
import { EXAMPLES, type Example } from './examples.js';
import { Target, type Change } from './target.js';
import { buyerToken, forgedTokens } from './tokens.js';
import { words } from './values.js';

const SECRET_BEFORE = 'signed-the-buyers-before';
const KEY_BEFORE = 'administrator-before';

type Attack = readonly [name: string, change: Change];

const routesFor = (who: Example['as']) =>
  Object.keys(EXAMPLES).filter((route) => EXAMPLES[route]?.as === who);

/** Other headers in the place of one. */
const instead = (name: string, headers: Record<string, string>): Change => ({
  headers: { [name]: undefined, ...headers },
});

describe('a credential', () => {
  let target: Target;
  const forged = forgedTokens();

  beforeAll(async () => {
    const env = {
      BUYER_JWT_SECRET: `${JWT_SECRET},${SECRET_BEFORE}`,
      ADMIN_API_KEY: `${ADMIN_KEY},${KEY_BEFORE}`,
    };
    target = await Target.open(env);
    target.secrets.push(
      SECRET_BEFORE,
      KEY_BEFORE,
      ...Object.values(forged).filter((text) => text.length > 5),
    );
  }, 60_000);

  afterAll(() => target.close());

  async function expectUnauthenticated(route: string, attacks: readonly Attack[]): Promise<void> {
    const before = await target.digest();
    const faults = await Promise.all(
      attacks.map(async ([name, change]) => {
        const heard = await target.send(route, change);
        return target.faultsOf(heard, ['unauthenticated']).map((fault) => `${name}: ${fault}`);
      }),
    );
    expect(faults.flat()).toEqual([]);
    expect(await target.digest()).toEqual(before);
  }

  test.each(routesFor('buyer'))('of no buyer is refused by %s', async (route) => {
    const valid = buyerToken();
    const bearing = (authorization: string | readonly string[] | undefined): Change => ({
      headers: { authorization },
    });
    const schemes = [
      '',
      'Bearer',
      'Bearer ',
      ...words('Basic Token Bearer: Bearer,').map((name) => `${name} ${valid}`),
    ];
    await expectUnauthenticated(route, [
      ['none', bearing(undefined)],
      ...Object.entries(forged).map(([name, token]): Attack => [name, bearing(`Bearer ${token}`)]),
      ...[...schemes, valid, `Bearer${valid}`].map((text): Attack => [text, bearing(text)]),
      ['two tokens', bearing(`Bearer ${valid} ${valid}`)],
      ['two tokens with a comma', bearing(`Bearer ${valid}, Bearer ${valid}`)],
      ['two spaces', bearing(`Bearer  ${valid}`)],
      ['quotes', bearing(`Bearer "${valid}"`)],
      ['two lines, the first forged', bearing(['Bearer a.b.c', `Bearer ${valid}`])],
      ["the administrators' key", bearing(`Bearer ${ADMIN_KEY}`)],
      ["the administrators' key in its place", instead('authorization', { 'x-api-key': ADMIN_KEY })],
      ['a cookie', instead('authorization', { cookie: `token=${valid}; authorization=Bearer ${valid}` })],
      ['the query', { ...bearing(undefined), query: `access_token=${valid}&token=${valid}` }],
    ]);
    const ours = buyerToken({ sub: target.world.buyer.id }, SECRET_BEFORE);
    expect((await target.send(route, bearing(`bearer ${ours}`))).status).toBeLessThan(300);
  });

  test.each(routesFor('administrator'))('of no administrator is refused by %s', async (route) => {
    const keyed = (key: string | readonly string[] | undefined): Change => ({
      headers: { 'x-api-key': key },
    });
    const [head, tail] = [ADMIN_KEY.slice(0, -1), ADMIN_KEY.slice(1)];
    const basic = `Basic ${btoa(`admin:${ADMIN_KEY}`)}`;
    const wrong = [
      ...words('canary * null'),
      head,
      tail,
      `${ADMIN_KEY}x`,
      ADMIN_KEY.toUpperCase(),
      '',
      '\xff',
    ];
    const elsewhere = (headers: Record<string, string>) => instead('x-api-key', headers);
    await expectUnauthenticated(route, [
      ['none', keyed(undefined)],
      ...[...wrong, 'x'.repeat(8_000)].map((key): Attack => [key.slice(0, 40), keyed(key)]),
      ['both keys', keyed(`${ADMIN_KEY},${KEY_BEFORE}`)],
      ['two lines', keyed([ADMIN_KEY, ADMIN_KEY])],
      ['two lines, the first wrong', keyed(['canary', ADMIN_KEY])],
      ["the buyers' secret", keyed(JWT_SECRET)],
      ["the provider's secret", keyed(WEBHOOK_SECRET)],
      ["a buyer's token", keyed(target.world.buyer.token)],
      ["a buyer's token in its place", elsewhere({ authorization: `Bearer ${buyerToken()}` })],
      ['a token with a role', elsewhere({ authorization: `Bearer ${buyerToken({ role: 'admin' })}` })],
      ['Authorization', elsewhere({ authorization: `Bearer ${ADMIN_KEY}` })],
      ['Basic', elsewhere({ authorization: basic })],
      ['another header', elsewhere({ 'x-admin-key': ADMIN_KEY, 'api-key': ADMIN_KEY })],
      ['a cookie', elsewhere({ cookie: `x-api-key=${ADMIN_KEY}` })],
      ['the query', { ...keyed(undefined), query: `x-api-key=${ADMIN_KEY}&api_key=${ADMIN_KEY}` }],
      ['the same host', elsewhere({ 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '::1' })],
    ]);
    expect((await target.send(route, keyed(KEY_BEFORE))).status).toBeLessThan(300);
  });

  test.each(routesFor('provider'))('of no provider is refused by %s', async (route) => {
    const body = JSON.stringify(EXAMPLES[route]?.body?.(target.world));
    const now = Math.floor(Date.now() / 1000);
    const mac = (at: number | string, text = body, secret = WEBHOOK_SECRET, digest = 'sha256') =>
      createHmac(digest, secret).update(`${at}.${text}`).digest('hex');
    const signed = `t=${now},v1=${mac(now)}`;
    const signedBy = (signature: string | readonly string[] | undefined): Change => ({
      ...{ body, headers: { 'x-webhook-signature': signature } },
    });
    const timeless = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
    const broken = [
      '',
      'canary',
      't=,v1=',
      `t=${now}`,
      `v1=${mac(now)}`,
      mac(now),
      `t=${now},v1=`,
      `t=${now},v1=00`,
    ];
    const times = [...words('-1 1e3 0x10 NaN 9999999999999'), '', ` ${now}`];
    const unsigned = (headers: Record<string, string>) => ({
      body,
      ...instead('x-webhook-signature', headers),
    });
    await expectUnauthenticated(route, [
      ['none', signedBy(undefined)],
      ...broken.map((text): Attack => [text, signedBy(text)]),
      ['another secret', signedBy(`t=${now},v1=${mac(now, body, 'another-secret')}`)],
      ['an empty secret', signedBy(`t=${now},v1=${mac(now, body, '')}`)],
      ["the buyers' secret", signedBy(`t=${now},v1=${mac(now, body, JWT_SECRET)}`)],
      ['another digest', signedBy(`t=${now},v1=${mac(now, body, WEBHOOK_SECRET, 'sha512')}`)],
      ['another body', signedBy(`t=${now},v1=${mac(now, `${body} `)}`)],
      ['another time', signedBy(`t=${now + 1},v1=${mac(now)}`)],
      ['the body without its time', signedBy(`t=${now},v1=${timeless}`)],
      ['an old one', signedBy(`t=${now - 310},v1=${mac(now - 310)}`)],
      ['one to come', signedBy(`t=${now + 400},v1=${mac(now + 400)}`)],
      ...times.map((at): Attack => [`the time ${at}`, signedBy(`t=${at},v1=${mac(at)}`)]),
      ['another version', signedBy(signed.replace('v1', 'v0'))],
      ['more behind it', signedBy(`${signed},v1=${'0'.repeat(64)}`)],
      ['two lines', signedBy([signed, signed])],
      ['the secret itself', signedBy(WEBHOOK_SECRET)],
      ["the administrators' key", unsigned({ 'x-api-key': ADMIN_KEY })],
      ["a buyer's token", unsigned({ authorization: `Bearer ${buyerToken()}` })],
    ]);
    expect((await target.send(route, signedBy(`t=${now - 200},v1=${mac(now - 200)}`))).status).toBe(200);
  });

  test('leaves the service unharmed', () => target.expectUnharmed());
});

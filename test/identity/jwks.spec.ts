import { createHmac, randomUUID, sign } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { BuyerTokens, JwksIdentity, KeySet } from '#platform';
import { eventually } from '../support/wait.js';
import { AUDIENCE, ELSEWHERE, IdentityProvider, ISSUER, signingKey } from './identity-provider.js';

const REFRESH_MS = 200;
const COOL_DOWN_MS = 100;
const SECRET = 'signs-what-the-shop-signs';

Logger.overrideLogger(false);

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

describe('tokens of an identity provider', () => {
  let provider: IdentityProvider;
  let keys: KeySet;
  let identity: JwksIdentity;
  let aheadMs: number;

  const clock = { nowMs: () => Date.now() + aheadMs };
  const buyerOf = async (token: string | Promise<string>) => (await identity.verify(await token))?.buyerId;
  const nowSec = () => Math.floor(Date.now() / 1000);

  beforeEach(async () => {
    aheadMs = 0;
    provider = await IdentityProvider.start();
    keys = new KeySet(provider.url, { refreshMs: REFRESH_MS, coolDownMs: COOL_DOWN_MS });
    await keys.start();
    const own = new BuyerTokens([SECRET], clock);
    identity = new JwksIdentity({ keys, issuer: ISSUER, audience: AUDIENCE, own, clock });
  });

  afterEach(async () => {
    keys.stop();
    await provider.stop();
  });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('are believed when %s signs them', async (algorithm) => {
    const sub = randomUUID();
    const token = await provider.token({ sub, aud: ['elsewhere', AUDIENCE] }, provider.key(algorithm));
    expect(await buyerOf(token)).toBe(sub);
    expect(identity.verify(token)).toEqual({ buyerId: sub }); // known by now, and told at once
  });

  test('make a UUID of any other subject, the same for one issuer and subject alone', async () => {
    const first = await buyerOf(provider.token({ sub: 'auth0|5f7c8ec7' }));
    const again = await buyerOf(provider.token({ sub: 'auth0|5f7c8ec7' }, provider.key('ES256')));
    const other = await buyerOf(provider.token({ sub: 'auth0|5f7c8ec8' }));
    expect(first).toBe('e37a375b-54fd-54ba-8225-2188d2b3b330'); // for ever: orders are found by it
    expect([again, new Set([first, other]).size]).toEqual([first, 2]);
    const upper = randomUUID().toUpperCase();
    expect(await buyerOf(provider.token({ sub: upper }))).toBe(upper.toLowerCase());
  });

  test('of the shop itself are believed too', async () => {
    const buyerId = randomUUID();
    expect(await buyerOf(new BuyerTokens([SECRET], clock).issue(buyerId).token)).toBe(buyerId);
    expect(await buyerOf(new BuyerTokens(['another-secret'], clock).issue(buyerId).token)).toBeUndefined();
  });

  test('are refused when they are forged', async () => {
    const key = provider.key('RS256');
    const { kid } = key;
    const jwk = key.publicKey.export({ format: 'jwk' });
    const pem = String(key.publicKey.export({ type: 'spki', format: 'pem' }));
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: randomUUID(), exp: nowSec() + 3_600 };
    const keyed = (header: object, secret: string) => {
      const text = `${part(header)}.${part(claims)}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const signedAs = (alg: string, digest: string) => {
      const text = `${part({ alg, kid })}.${part(claims)}`;
      return `${text}.${sign(digest, Buffer.from(text), key.privateKey).toString('base64url')}`;
    };
    const stranger = { ...signingKey('RS256'), kid };
    const valid = await provider.token();
    const [head = '', body = '', signature = ''] = valid.split('.');
    const forged: Record<string, string> = {
      'a stranger under the same kid': await provider.token({}, stranger),
      'a kid that nobody has': await provider.token({}, signingKey('RS256')),
      'a kid of another kind of key': await provider.token({}, { ...key, kid: provider.key('ES256').kid }),
      'a key that it brings along': await provider.token({}, stranger, {
        jwk: stranger.publicKey.export({ format: 'jwk' }),
      }),
      'a key elsewhere': await provider.token({}, stranger, { jku: 'https://canary.example/keys' }),
      'an extension that nobody knows': `${part({ alg: 'RS256', kid, crit: ['exp'] })}.${body}.${signature}`,
      'HS256 by the public key, PEM': keyed({ alg: 'HS256', kid }, pem),
      'HS256 by the public key, PEM without its end': keyed({ alg: 'HS256', kid }, pem.trim()),
      'HS256 by the public key, JWK': keyed({ alg: 'HS256', kid }, JSON.stringify(jwk)),
      'HS256 by nothing': keyed({ alg: 'HS256', kid }, ''),
      RS384: signedAs('RS384', 'sha384'),
      'RS256 that is RS384': signedAs('RS256', 'sha384'),
      ...Object.fromEntries(
        ['none', 'None', 'NONE', ''].flatMap((alg) => [
          [`the algorithm "${alg}"`, `${part({ alg, kid })}.${part(claims)}.`],
          [`the algorithm "${alg}", signed`, `${part({ alg, kid })}.${part(claims)}.${signature}`],
        ]),
      ),
      'no signature': `${head}.${body}.`,
      'half a signature': `${head}.${body}.${signature.slice(0, 100)}`,
      'the signature of another': `${head}.${part(claims)}.${signature}`,
      'three words': 'a.b.c',
      'five parts': `${head}.${body}.${signature}.${body}.${signature}`,
      'a long one': await provider.token({ roles: 'x'.repeat(8_192) }),
      'another issuer': await provider.token({ iss: 'https://identity.example' }),
      'no issuer': await provider.token({ iss: undefined }),
      'another audience': await provider.token({ aud: 'holdfast' }),
      'no audience': await provider.token({ aud: undefined }),
      'an end that has come': await provider.token({ exp: nowSec() - 1 }),
      'no end': await provider.token({ exp: undefined }),
      'an end that is text': await provider.token({ exp: '9999999999' }),
      'a start to come': await provider.token({ nbf: nowSec() + 60 }),
      'no subject': await provider.token({ sub: undefined }),
      'an empty subject': await provider.token({ sub: '' }),
      'a subject that is a number': await provider.token({ sub: 7 }),
      'a list of subjects': await provider.token({ sub: [randomUUID()] }),
    };
    const believed = await Promise.all(
      Object.entries(forged).map(async ([name, token]) => ((await buyerOf(token)) ? [name] : [])),
    );
    expect(believed.flat()).toEqual([]);
    expect(await buyerOf(valid)).toBeDefined();
  });

  test("end when they say so on the database's clock, known or not", async () => {
    const token = await provider.token({ exp: nowSec() + 60 });
    expect(await buyerOf(token)).toBeDefined();
    aheadMs = 61_000;
    expect(await buyerOf(token)).toBeUndefined();
    expect(await buyerOf(provider.token({ exp: nowSec() + 59 }))).toBeUndefined();
    expect(await buyerOf(provider.token({ exp: nowSec() + 120, nbf: nowSec() + 60 }))).toBeDefined();
  });

  test('by a new key are believed at once, by a withdrawn one no longer than the next refresh', async () => {
    const withdrawn = await provider.token();
    expect(await buyerOf(withdrawn)).toBeDefined();
    provider.rotate('RS256');
    await sleep(COOL_DOWN_MS + 10);
    expect(await buyerOf(provider.token())).toBeDefined();
    expect(await buyerOf(withdrawn)).toBeUndefined();
    const known = await provider.token();
    expect(await buyerOf(known)).toBeDefined();
    provider.rotate('RS256');
    await eventually(async () => expect(await buyerOf(known)).toBeUndefined());
  });

  test('with keys that nobody has ask the provider now and then, however many they are', async () => {
    await sleep(COOL_DOWN_MS + 10);
    const { asked } = provider;
    const strange = await Promise.all(
      Array.from({ length: 50 }, () => provider.token({}, { ...provider.key('ES256'), kid: randomUUID() })),
    );
    const believed: unknown[] = [];
    for (const token of strange) believed.push(await buyerOf(token));
    expect(believed.filter(Boolean)).toEqual([]);
    expect(provider.asked - asked).toBeLessThan(10); // more than one where the machine is slow, and refreshes
  });

  test.each<[string, ((response: ServerResponse) => void) | undefined]>([
    ['is down', undefined],
    ['answers 500', (response) => response.writeHead(500).end('{"keys":[{"kty":"oct"}]}')],
    ['answers what is no JSON', (response) => response.end('<html>')],
    ['answers no keys', (response) => response.end('{"keys":[]}')],
    ['answers what is no set of keys', (response) => response.end('{"keys":7}')],
    ['leads elsewhere', (response) => response.writeHead(302, { location: ELSEWHERE }).end()],
    ['answers too much', (response) => response.end(`{"keys":[{}],"x":"${'x'.repeat(300_000)}"}`)],
  ])('are believed by the keys of before while the provider %s', async (_, answer) => {
    const unheard = await provider.token({}, provider.key('EdDSA'));
    if (answer) provider.answer = answer;
    else await provider.stop();
    await eventually(() => expect(identity.state).toBe('degraded'));
    expect(await buyerOf(unheard)).toBeDefined();
    provider.rotate('ES256');
    const news = await provider.token({}, provider.key('ES256'));
    // It may well be valid, so it is not refused.
    await expect(buyerOf(news)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    provider.answer = undefined;
    if (!answer) await provider.listen();
    await eventually(() => expect(identity.state).toBe('up'));
    expect(await buyerOf(news)).toBeDefined();
  });
});

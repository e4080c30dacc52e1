import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { ADMIN_KEY, JWT_SECRET } from '../support/shop.js';
import { WEBHOOK_SECRET } from '../payments/till.js';

type Json = Record<string, unknown>;

const part = (json: Json) => Buffer.from(JSON.stringify(json)).toString('base64url');

/** @param key what it is signed with, whatever the header says; without one it is not */
function token(header: Json, payload: Json, key?: string, digest = 'sha256'): string {
  const text = `${part({ typ: 'JWT', ...header })}.${part(payload)}`;
  return `${text}.${key === undefined ? '' : createHmac(digest, key).update(text).digest('base64url')}`;
}

const HS256 = { alg: 'HS256' };

const nowSec = () => Math.floor(Date.now() / 1000);

function claims(changes: Json = {}): Json {
  return { sub: randomUUID(), aud: 'holdfast', exp: nowSec() + 7_200, ...changes };
}

/** A buyer's token as this shop signs it. */
export function buyerToken(changes: Json = {}, secret = JWT_SECRET): string {
  return token(HS256, claims(changes), secret);
}

/** Tokens that nobody is to be let in with. */
export function forgedTokens(): Record<string, string> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const [head = '', body = '', mac = ''] = buyerToken().split('.');
  const rs256 = `${part({ alg: 'RS256' })}.${part(claims())}`;
  return {
    nothing: '',
    'two dots': '..',
    'no parts': 'canary',
    'three words': 'a.b.c',
    'five parts': 'a.b.c.d.e',
    'a long one': 'x'.repeat(8_000),
    'a long signature': `${head}.${body}.${'x'.repeat(8_000)}`,
    'another secret': buyerToken({}, 'another-secret'),
    'an empty secret': buyerToken({}, ''),
    "the administrators' key": buyerToken({}, ADMIN_KEY),
    "the provider's secret": buyerToken({}, WEBHOOK_SECRET),
    HS384: token({ alg: 'HS384' }, claims(), JWT_SECRET, 'sha384'),
    HS512: token({ alg: 'HS512' }, claims(), JWT_SECRET, 'sha512'),
    'HS512 that is HS256': token({ alg: 'HS512' }, claims(), JWT_SECRET),
    'HS256 that is HS512': token(HS256, claims(), JWT_SECRET, 'sha512'),
    RS256: `${rs256}.${sign('sha256', Buffer.from(rs256), privateKey).toString('base64url')}`,
    'RS256 that is HS256': token({ alg: 'RS256' }, claims(), JWT_SECRET),
    'a public key as the secret': buyerToken({}, String(pem)),
    'a key of its own': token({ ...HS256, jwk: { kty: 'oct', k: 'eA' } }, claims(), 'x'),
    'a key elsewhere': token(
      { ...HS256, jku: 'https://canary.example', kid: '../../dev/null' },
      claims(),
      '',
    ),
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE', '', ' HS256'].map((alg) => [
        `the algorithm "${alg}"`,
        token({ alg }, claims()),
      ]),
    ),
    'the algorithm none, signed': token({ alg: 'none' }, claims(), JWT_SECRET),
    'no algorithm': token({}, claims(), JWT_SECRET),
    'no signature': `${head}.${body}.`,
    'no signature and no dot': `${head}.${body}`,
    'half a signature': `${head}.${body}.${mac.slice(0, 20)}`,
    'the signature of another': `${head}.${part(claims())}.${mac}`,
    'another audience': buyerToken({ aud: 'elsewhere' }),
    'no audience': buyerToken({ aud: undefined }),
    'an audience that begins alike': buyerToken({ aud: 'holdfast-staging' }),
    'an end that has come': buyerToken({ exp: nowSec() - 1 }),
    'no end': buyerToken({ exp: undefined }),
    'an end that is text': buyerToken({ exp: '9999999999' }),
    'an end that is null': buyerToken({ exp: null }),
    'a start to come': buyerToken({ nbf: nowSec() + 3_600 }),
    'a start that is text': buyerToken({ nbf: '0' }),
    'no subject': buyerToken({ sub: undefined }),
    'a subject that is no UUID': buyerToken({ sub: 'ann' }),
    'a list of subjects': buyerToken({ sub: [randomUUID()] }),
    'a subject from elsewhere': buyerToken({ sub: `${randomUUID()}' OR 1=1` }),
  };
}

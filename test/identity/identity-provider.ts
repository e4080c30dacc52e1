import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, type JWK } from 'jose';

export const ISSUER = 'https://identity.example/';
export const AUDIENCE = 'a-shop';
/** Where its keys lie as well. */
export const ELSEWHERE = '/elsewhere';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

/** A key pair of a provider. */
export interface SigningKey {
  readonly algorithm: Algorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function signingKey(algorithm: Algorithm): SigningKey {
  return { algorithm, kid: randomUUID(), ...pairFor(algorithm) };
}

function pairFor(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (algorithm) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
  }
}

const nowSec = () => Math.floor(Date.now() / 1000);

/** Made once: an RSA key takes its time. */
const KEYS = [signingKey('RS256'), signingKey('ES256'), signingKey('EdDSA')];

/** An identity provider that publishes its keys over HTTP, on the loopback. */
export class IdentityProvider {
  keys = KEYS;
  /** How often it was asked for them. */
  asked = 0;
  /** Answers in the place of the keys. */
  answer: ((response: ServerResponse) => void) | undefined;
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await provider.listen();
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/.well-known/jwks.json`;
  }

  /** At the same address as before. */
  async listen(): Promise<void> {
    const server = createServer(({ url }, response) => {
      this.asked += 1;
      if (this.answer && url !== ELSEWHERE) this.answer(response);
      else response.end(JSON.stringify({ keys: this.keys.map(published) }));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** A new key in the place of the one for this algorithm. */
  rotate(algorithm: Algorithm): void {
    this.keys = this.keys.map((key) => (key.algorithm === algorithm ? signingKey(algorithm) : key));
  }

  key(algorithm: Algorithm): SigningKey {
    const key = this.keys.find((each) => each.algorithm === algorithm);
    if (!key) throw new Error(`It has no key for ${algorithm}.`);
    return key;
  }

  /** A valid token, but for what is changed; undefined takes a claim away. */
  token(claims: Record<string, unknown> = {}, key = this.key('RS256'), header: object = {}): Promise<string> {
    return new SignJWT({
      ...{ iss: ISSUER, aud: AUDIENCE, sub: randomUUID(), exp: nowSec() + 3_600 },
      ...claims,
    })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
      .sign(key.privateKey);
  }
}

/** Without `alg`, which many leave out: which algorithms are believed is not the provider's to say. */
function published({ kid, publicKey }: SigningKey): JWK {
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, use: 'sig' };
}

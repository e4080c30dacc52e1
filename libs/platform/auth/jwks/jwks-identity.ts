import { isUUID } from 'class-validator';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { v5 as uuidv5 } from 'uuid';
import type { DatabaseClock } from '../../database/clock.js';
import type { Buyer, BuyerIdentity } from '../buyer-identity.js';
import type { BuyerTokens } from '../buyer-tokens.js';
import { CLOCK_TOLERANCE_SECONDS, isOfNow } from '../token-age.js';
import type { KeySet } from './key-set.js';

/** Signatures by a key pair alone: with a shared secret among them the public key could be taken for one. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const MAX_TOKEN_LENGTH = 8_192;
/** Tokens that are not verified again; the oldest goes first. */
const MAX_KNOWN = 10_000;

export interface JwksIdentityOptions {
  readonly keys: KeySet;
  /** `iss`, exactly as it stands in the tokens. */
  readonly issuer: string;
  /** One that `aud` must name. */
  readonly audience: string;
  /** Tokens that the shop signs itself are believed too. */
  readonly own: BuyerTokens;
  readonly clock: Pick<DatabaseClock, 'nowMs'>;
}

interface Known {
  readonly buyer: Buyer;
  readonly claims: JWTPayload;
}

/**
 * Tokens of an identity provider: JWT, signed by one of its keys, `iss`, `aud`, `exp` and `sub` required. A buyer's id is
 * `sub` where that is a UUID, and else the UUID (v5) of issuer and `sub`, which stays the same for ever.
 */
export class JwksIdentity implements BuyerIdentity {
  private readonly options: JwksIdentityOptions;
  private readonly namespace: string;
  private readonly known = new Map<string, Known>();
  private generation = 0;

  constructor(options: JwksIdentityOptions) {
    this.options = options;
    this.namespace = uuidv5(options.issuer, uuidv5.URL);
  }

  get state(): 'up' | 'degraded' | 'down' {
    return this.options.keys.state;
  }

  verify(token: string): Buyer | undefined | Promise<Buyer | undefined> {
    if (token.length > MAX_TOKEN_LENGTH) return undefined;
    const known = this.recall(token);
    if (known) return this.isOfNow(known.claims) ? known.buyer : undefined;
    return this.options.own.verify(token) ?? this.verifyAnew(token);
  }

  /** Nest calls it when the process ends. */
  onApplicationShutdown(): void {
    this.options.keys.stop();
  }

  private async verifyAnew(token: string): Promise<Buyer | undefined> {
    const claims = await this.claimsOf(token);
    if (!claims || !this.isOfNow(claims)) return undefined;
    const buyer = this.buyerOf(claims);
    if (buyer) this.remember(token, { buyer, claims });
    return buyer;
  }

  private async claimsOf(token: string): Promise<JWTPayload | undefined> {
    const { keys, issuer, audience, clock } = this.options;
    try {
      const { payload } = await jwtVerify(token, keys.keyOf, {
        ...{ issuer, audience, algorithms: ALGORITHMS },
        currentDate: new Date(clock.nowMs()),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private buyerOf({ sub }: JWTPayload): Buyer | undefined {
    if (typeof sub !== 'string' || sub === '') return undefined;
    return { buyerId: isUUID(sub) ? sub.toLowerCase() : uuidv5(sub, this.namespace) };
  }

  private isOfNow(claims: JWTPayload): boolean {
    return isOfNow(claims, this.options.clock.nowMs() / 1000);
  }

  /** What was verified by keys that have changed since is forgotten: one of them may have been withdrawn. */
  private recall(token: string): Known | undefined {
    const { generation } = this.options.keys;
    if (generation !== this.generation) this.known.clear();
    this.generation = generation;
    return this.known.get(token);
  }

  private remember(token: string, known: Known): void {
    if (this.known.size >= MAX_KNOWN) {
      const [oldest] = this.known.keys();
      if (oldest !== undefined) this.known.delete(oldest);
    }
    this.known.set(token, known);
  }
}

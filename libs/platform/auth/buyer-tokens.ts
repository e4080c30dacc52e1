import { createSigner, createVerifier } from 'fast-jwt';
import { isUUID } from 'class-validator';
import type { DatabaseClock } from '../database/clock.js';
import type { Buyer, BuyerIdentity } from './buyer-identity.js';
import { isOfNow } from './token-age.js';

const AUDIENCE = 'holdfast';
const GUEST_TTL_SECONDS = 24 * 3600;

/** Tokens that the shop signs itself: JWT, HS256, `sub` the buyer's UUID, `aud` holdfast, `exp` required. */
export class BuyerTokens implements BuyerIdentity {
  private readonly clock: Pick<DatabaseClock, 'nowMs'>;
  private readonly sign: ((payload: Record<string, unknown>) => string) | undefined;
  private readonly verifiers: ((token: string) => Record<string, unknown>)[];

  /** @param secrets the current one, which signs, and the previous one, which is still believed; without any nobody is */
  constructor(secrets: readonly string[], clock: Pick<DatabaseClock, 'nowMs'>) {
    const [current] = secrets;
    this.clock = clock;
    if (current !== undefined) {
      this.sign = createSigner({ key: current, algorithm: 'HS256', noTimestamp: true });
    }
    // The age is checked below on the database's clock: the library would take the host's.
    this.verifiers = secrets.map((key) =>
      createVerifier({
        key,
        algorithms: ['HS256'],
        allowedAud: AUDIENCE,
        requiredClaims: ['sub', 'aud', 'exp'],
        ignoreExpiration: true,
        ignoreNotBefore: true,
      }),
    );
  }

  verify(token: string): Buyer | undefined {
    const payload = this.verifiers
      .map((verify) => attempt(() => verify(token)))
      .find((found) => found !== undefined);
    if (!payload || !isOfNow(payload, this.clock.nowMs() / 1000)) return undefined;
    const { sub } = payload;
    return typeof sub === 'string' && isUUID(sub) ? { buyerId: sub.toLowerCase() } : undefined;
  }

  issue(buyerId: string): { token: string; expiresAt: Date } {
    if (!this.sign) throw new Error('Tokens are signed by BUYER_JWT_SECRET, which is not set.');
    const exp = Math.floor(this.clock.nowMs() / 1000) + GUEST_TTL_SECONDS;
    return {
      token: this.sign({ sub: buyerId, aud: AUDIENCE, exp }),
      expiresAt: new Date(exp * 1000),
    };
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

import { createSigner, createVerifier } from 'fast-jwt';
import { isUUID } from 'class-validator';
import type { DatabaseClock } from '../database/clock.js';

const AUDIENCE = 'holdfast';
const GUEST_TTL_SECONDS = 24 * 3600;
/** How far a shop's clock may be ahead of the database's. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface Buyer {
  readonly buyerId: string;
}

/**
 * Buyers' tokens: JWT, HS256, `sub` the buyer's UUID, `aud` holdfast, `exp` required.
 * A shop that has its own identity provider replaces this class.
 */
export class BuyerTokens {
  private readonly clock: DatabaseClock;
  private readonly sign: (payload: Record<string, unknown>) => string;
  private readonly verifiers: ((token: string) => Record<string, unknown>)[];

  /** @param secrets the current one, which signs, and the previous one, which is still believed */
  constructor(secrets: readonly string[], clock: DatabaseClock) {
    const [current] = secrets;
    if (current === undefined) throw new Error('BuyerTokens needs a secret.');
    this.clock = clock;
    this.sign = createSigner({ key: current, algorithm: 'HS256', noTimestamp: true });
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

  /** @returns undefined when the token is forged, expired, not yet valid or of another shape */
  verify(token: string): Buyer | undefined {
    const payload = this.verifiers
      .map((verify) => attempt(() => verify(token)))
      .find((found) => found !== undefined);
    if (!payload) return undefined;
    const { sub, exp, nbf } = payload;
    const nowSec = this.clock.nowMs() / 1000;
    if (typeof exp !== 'number' || exp <= nowSec) return undefined;
    if (nbf !== undefined && (typeof nbf !== 'number' || nbf > nowSec + CLOCK_TOLERANCE_SECONDS))
      return undefined;
    if (typeof sub !== 'string' || !isUUID(sub)) return undefined;
    return { buyerId: sub.toLowerCase() };
  }

  issue(buyerId: string): { token: string; expiresAt: Date } {
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

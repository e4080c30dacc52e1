export interface Buyer {
  readonly buyerId: string;
}

/**
 * Says whose a token is. A shop with an identity provider that speaks neither HS256 nor JWKS writes a class of this kind,
 * and names it in `AccessModule`. It is asked for every request of a buyer, so it is to be quick.
 */
export abstract class BuyerIdentity {
  /**
   * Of one that depends on somebody else, for readiness. `degraded`: what it knew before still lets buyers in; `down`: it can
   * let in nobody.
   */
  readonly state?: 'up' | 'degraded' | 'down';
  /**
   * @returns undefined when the token is forged, expired, not yet valid or of another shape
   * @throws ProblemError dependency_unavailable when that cannot be told now
   */
  abstract verify(token: string): Buyer | undefined | Promise<Buyer | undefined>;
}

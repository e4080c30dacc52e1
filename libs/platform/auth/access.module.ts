import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.token.js';
import { DatabaseClock } from '../database/clock.js';
import { AdminRequests } from '../idempotency/admin-requests.js';
import { AdminKeys } from './admin-keys.js';
import { BuyerIdentity } from './buyer-identity.js';
import { BuyerTokens } from './buyer-tokens.js';
import { JwksIdentity } from './jwks/jwks-identity.js';
import { KeySet } from './jwks/key-set.js';

/** Who is calling: buyers and administrators, by what the settings name; and that what these ask for happens once. */
@Global()
@Module({
  providers: [
    AdminRequests,
    {
      provide: BuyerTokens,
      inject: [CONFIG, DatabaseClock],
      useFactory: ({ buyerJwtSecrets }: Config, clock: DatabaseClock) =>
        new BuyerTokens(buyerJwtSecrets, clock),
    },
    { provide: BuyerIdentity, inject: [CONFIG, DatabaseClock, BuyerTokens], useFactory: buyerIdentity },
    {
      provide: AdminKeys,
      inject: [CONFIG],
      useFactory: ({ adminApiKeys }: Config) => new AdminKeys(adminApiKeys),
    },
  ],
  exports: [AdminKeys, AdminRequests, BuyerIdentity, BuyerTokens],
})
export class AccessModule {}

/** Whom the service believes who a buyer is: an identity provider where the settings name one, or the shop itself. */
async function buyerIdentity(
  { buyerJwksUrl, buyerJwtIssuer: issuer, buyerJwtAudience: audience }: Config,
  clock: DatabaseClock,
  own: BuyerTokens,
): Promise<BuyerIdentity> {
  if (buyerJwksUrl === undefined || issuer === undefined) return own;
  const keys = new KeySet(buyerJwksUrl);
  await keys.start();
  return new JwksIdentity({ keys, issuer, audience, own, clock });
}

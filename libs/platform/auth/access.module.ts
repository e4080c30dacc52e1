import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.token.js';
import { DatabaseClock } from '../database/clock.js';
import { AdminRequests } from '../idempotency/admin-requests.js';
import { AdminKeys } from './admin-keys.js';
import { BuyerTokens } from './buyer-tokens.js';

/** Who is calling: buyers and administrators, by the secrets of the settings; and that what these ask for happens once. */
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
    {
      provide: AdminKeys,
      inject: [CONFIG],
      useFactory: ({ adminApiKeys }: Config) => new AdminKeys(adminApiKeys),
    },
  ],
  exports: [AdminKeys, AdminRequests, BuyerTokens],
})
export class AccessModule {}

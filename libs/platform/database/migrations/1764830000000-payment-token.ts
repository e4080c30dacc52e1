import { ForwardMigration } from './forward-migration.js';

/** What a provider's form in the page gave for a payment; kept until it is settled. */
export class PaymentToken1764830000000 extends ForwardMigration {
  readonly name = 'PaymentToken1764830000000';

  protected readonly steps = [/* sql */ `ALTER TABLE payment ADD COLUMN IF NOT EXISTS token text`];
}

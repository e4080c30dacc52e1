import { ForwardMigration } from './forward-migration.js';

/** Where the trace of an order goes on: what happens to it later, in whichever process, becomes a part of it. */
export class TraceOrders1764810000000 extends ForwardMigration {
  readonly name = 'TraceOrders1764810000000';

  protected readonly steps = [
    // W3C Trace Context; null for an order that is not traced. No default: nothing that is there is written anew.
    /* sql */ `ALTER TABLE customer_order ADD COLUMN IF NOT EXISTS traceparent text`,
  ];
}

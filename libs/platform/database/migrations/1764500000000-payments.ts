import { ForwardMigration } from './forward-migration.js';

/** Payments, what their provider told, and the charges of the sandbox. */
export class Payments1764500000000 extends ForwardMigration {
  readonly name = 'Payments1764500000000';
  protected readonly steps = [SCHEMA];
}

const SCHEMA = /* sql */ `
CREATE TABLE IF NOT EXISTS payment (
  id             uuid PRIMARY KEY, -- also the gateway's idempotency key
  order_id       uuid NOT NULL,
  method         text NOT NULL,
  outcome        text, -- what the sandbox was asked for
  status         text NOT NULL CONSTRAINT payment_status CHECK (status IN ('pending', 'succeeded', 'declined', 'refunded')),
  amount         bigint NOT NULL CHECK (amount >= 0),
  currency       text NOT NULL,
  failure_code   text,
  returns_stock  boolean NOT NULL DEFAULT false, -- whether its refund puts the units back on the shelf
  refund_reason  text,
  due_at         timestamptz, -- when the gateway is to be asked: for a capture while pending, else for a refund
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The promise: one payment at a time, and one capture an order.
CREATE UNIQUE INDEX IF NOT EXISTS payment_open ON payment (order_id) WHERE status IN ('pending', 'succeeded');
CREATE INDEX IF NOT EXISTS payment_order ON payment (order_id);
CREATE INDEX IF NOT EXISTS payment_due ON payment (due_at) WHERE due_at IS NOT NULL;

-- What the provider's webhooks told: each event takes effect once.
CREATE TABLE IF NOT EXISTS payment_event (
  event_id     text PRIMARY KEY,
  type         text NOT NULL,
  payment_id   uuid NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The sandbox gateway's own books, as a provider would keep them: what was charged, and how often it was asked.
CREATE TABLE IF NOT EXISTS sandbox_charge (
  payment_id  uuid PRIMARY KEY,
  status      text NOT NULL CHECK (status IN ('authorized', 'captured', 'declined', 'voided', 'refunded')),
  amount      bigint NOT NULL,
  currency    text NOT NULL,
  asked       integer NOT NULL DEFAULT 1
);
`;

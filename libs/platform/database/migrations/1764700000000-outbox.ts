import { ForwardMigration } from './forward-migration.js';

/** The outbox: what the shop around it is to be told, written by the transaction in which it happens. */
export class Outbox1764700000000 extends ForwardMigration {
  readonly name = 'Outbox1764700000000';
  protected readonly steps = [SCHEMA];
}

const SCHEMA = /* sql */ `
ALTER TABLE stock_level
  ADD COLUMN IF NOT EXISTS low_stock_threshold integer NOT NULL DEFAULT 10 CHECK (low_stock_threshold >= 0);

-- Whether anybody listens: a relay that has a shop to tell prolongs it. Without one nothing is written.
CREATE TABLE IF NOT EXISTS outbox_lease (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  until     timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO outbox_lease DEFAULT VALUES ON CONFLICT DO NOTHING;

-- A UUID v7, which sorts by time (RFC 9562, section 5.7): the first 48 bits are milliseconds, 7 is its version.
CREATE OR REPLACE FUNCTION new_event_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid()) PLACING
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
  ), 52, 1), 53, 1), 'hex')::uuid
$$;

-- A row is an event that has not been delivered yet.
CREATE TABLE IF NOT EXISTS outbox_event (
  id           uuid PRIMARY KEY DEFAULT new_event_id(),
  type         text NOT NULL,
  order_id     uuid,
  item_id      uuid,
  available    integer, -- of the item, as it was then
  occurred_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  due_at       timestamptz DEFAULT clock_timestamp(), -- when it is sent next; null for a dead letter
  attempts     integer NOT NULL DEFAULT 0,
  last_error   text
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox_event (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_dead ON outbox_event (id) WHERE due_at IS NULL;

-- Triggers, so that no way to an order's state can forget it: every strategy, every job, and a hand at the console.
CREATE OR REPLACE FUNCTION outbox_reserved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT until > clock_timestamp() FROM outbox_lease) THEN
    INSERT INTO outbox_event (type, order_id) SELECT 'order.reserved', id FROM placed;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER outbox_reserved AFTER INSERT ON customer_order
  REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION outbox_reserved();

CREATE OR REPLACE FUNCTION outbox_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT until > clock_timestamp() FROM outbox_lease) THEN
    INSERT INTO outbox_event (type, order_id) VALUES ('order.' || NEW.status, NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER outbox_moved AFTER UPDATE OF status ON customer_order FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND NEW.status IN ('paid', 'expired', 'cancelled', 'refunded'))
  EXECUTE FUNCTION outbox_moved();

CREATE OR REPLACE FUNCTION outbox_stock_fell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  available CONSTANT integer := NEW.on_hand - NEW.reserved;
BEGIN
  IF (SELECT until > clock_timestamp() FROM outbox_lease) THEN
    INSERT INTO outbox_event (type, item_id, available)
    VALUES (CASE available WHEN 0 THEN 'stock.sold_out' ELSE 'stock.low' END, NEW.item_id, available);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER outbox_stock_fell AFTER UPDATE ON stock_level FOR EACH ROW
  WHEN (OLD.on_hand - OLD.reserved > 0 AND NEW.on_hand - NEW.reserved = 0
     OR OLD.on_hand - OLD.reserved > NEW.low_stock_threshold
        AND NEW.on_hand - NEW.reserved <= NEW.low_stock_threshold)
  EXECUTE FUNCTION outbox_stock_fell();
`;

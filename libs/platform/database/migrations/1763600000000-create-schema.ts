import { ForwardMigration } from './forward-migration.js';

/** The record as of the first release: items, stock and its ledger, sales, orders. */
export class CreateSchema1763600000000 extends ForwardMigration {
  readonly name = 'CreateSchema1763600000000';
  protected readonly steps = [SCHEMA];
}

const SCHEMA = /* sql */ `
CREATE TABLE item (
  id            uuid PRIMARY KEY,
  sku           text NOT NULL CONSTRAINT item_sku_unique UNIQUE,
  name          text NOT NULL,
  description   text NOT NULL DEFAULT '',
  image_url     text,
  price_amount  bigint NOT NULL CHECK (price_amount >= 0),
  currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  metadata      json NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

-- The guard of last resort against an oversell: whatever the code above it does, reserved never passes on_hand.
CREATE TABLE stock_level (
  item_id   uuid PRIMARY KEY REFERENCES item (id),
  on_hand   integer NOT NULL,
  reserved  integer NOT NULL DEFAULT 0,
  fence     bigint NOT NULL DEFAULT 0,
  version   bigint NOT NULL DEFAULT 0,
  CONSTRAINT stock_level_reserved_within_on_hand CHECK (0 <= reserved AND reserved <= on_hand)
) WITH (fillfactor = 50); -- a hot row is updated in place (HOT), so its page needs room

CREATE TABLE sale (
  id                       uuid PRIMARY KEY,
  name                     text NOT NULL,
  starts_at                timestamptz NOT NULL,
  ends_at                  timestamptz NOT NULL,
  paused                   boolean NOT NULL DEFAULT false,
  reservation_ttl_seconds  integer NOT NULL CHECK (reservation_ttl_seconds > 0),
  metadata                 json NOT NULL DEFAULT '{}',
  created_at               timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sale_ends_after_start CHECK (starts_at < ends_at)
);

CREATE TABLE sale_item (
  sale_id         uuid NOT NULL REFERENCES sale (id),
  item_id         uuid NOT NULL REFERENCES item (id),
  position        integer NOT NULL,
  price_amount    bigint CHECK (price_amount >= 0), -- null: the item's own price
  purchase_limit  integer CHECK (purchase_limit > 0),
  allotment       integer CHECK (allotment >= 0),
  held            integer NOT NULL DEFAULT 0,
  PRIMARY KEY (sale_id, item_id),
  CONSTRAINT sale_item_held_within_allotment CHECK (0 <= held AND held <= allotment)
) WITH (fillfactor = 50);
CREATE INDEX sale_item_item ON sale_item (item_id);

-- How much of an item a buyer holds or bought in a sale: the row that races for a purchase limit meet on.
CREATE TABLE purchase (
  sale_id   uuid NOT NULL,
  item_id   uuid NOT NULL,
  buyer_id  uuid NOT NULL,
  quantity  integer NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (sale_id, item_id, buyer_id),
  FOREIGN KEY (sale_id, item_id) REFERENCES sale_item (sale_id, item_id)
);

CREATE TABLE customer_order (
  id               uuid PRIMARY KEY, -- UUID v7: sorts by time
  sale_id          uuid NOT NULL REFERENCES sale (id),
  buyer_id         uuid NOT NULL,
  idempotency_key  text NOT NULL,
  request_hash     text NOT NULL,
  status           text NOT NULL CONSTRAINT customer_order_status CHECK (status IN
    ('pending_payment', 'paid', 'fulfilled', 'expired', 'cancelled', 'refund_pending', 'refunded')),
  stock_state      text NOT NULL CONSTRAINT customer_order_stock_state CHECK (stock_state IN
    ('reserved', 'sold', 'released', 'returned')),
  total_amount     bigint NOT NULL CHECK (total_amount >= 0),
  currency         text NOT NULL,
  metadata         json NOT NULL DEFAULT '{}',
  created_at       timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  first_expires_at timestamptz NOT NULL, -- what a replay answers, whatever has extended the hold since
  paid_at          timestamptz,
  CONSTRAINT customer_order_idempotency UNIQUE (buyer_id, idempotency_key)
);
CREATE INDEX customer_order_buyer ON customer_order (buyer_id, id DESC);

CREATE TABLE order_line (
  order_id           uuid NOT NULL REFERENCES customer_order (id),
  item_id            uuid NOT NULL REFERENCES item (id),
  sku                text NOT NULL,
  quantity           integer NOT NULL CHECK (quantity > 0),
  unit_price_amount  bigint NOT NULL CHECK (unit_price_amount >= 0),
  PRIMARY KEY (order_id, item_id)
);
CREATE INDEX order_line_item ON order_line (item_id);

-- Append only: the sums of its deltas are on_hand and reserved.
CREATE TABLE stock_movement (
  id              uuid PRIMARY KEY,
  item_id         uuid NOT NULL REFERENCES item (id),
  order_id        uuid REFERENCES customer_order (id),
  kind            text NOT NULL CONSTRAINT stock_movement_kind CHECK (kind IN
    ('receive', 'reserve', 'release', 'sell', 'adjust', 'return')),
  on_hand_delta   integer NOT NULL,
  reserved_delta  integer NOT NULL,
  fence           bigint,
  reason          text,
  reference       text,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stock_movement_item ON stock_movement (item_id);
-- An order takes, gives back, sells or returns the stock of a line at most once each.
CREATE UNIQUE INDEX stock_movement_once ON stock_movement (order_id, item_id, kind) WHERE order_id IS NOT NULL;

-- What an administrator's POST answered under its Idempotency-Key; written in the transaction of its effect.
CREATE TABLE admin_request (
  idempotency_key  text NOT NULL,
  route            text NOT NULL,
  request_hash     text NOT NULL,
  response         json,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (idempotency_key, route)
);
`;

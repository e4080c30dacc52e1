-- The tables. All files of this folder name the schema `holdfast_lock`; the library puts the configured one in its place.
--
-- Guarantee: safe to run again, on an empty database and on an older version; nothing that is held is lost by it.

CREATE SCHEMA IF NOT EXISTS holdfast_lock;

-- One row a resource, kept for a day after its last grant, so that a grant is one update in place and its fence grows
-- though the clock steps back; after that the clock alone carries the fence on. Logged: a grant survives a crash.
CREATE TABLE IF NOT EXISTS holdfast_lock.lease (
  resource    text COLLATE "C" PRIMARY KEY,
  fence       bigint NOT NULL CHECK (fence BETWEEN 1 AND 9007199254740991), -- below 2^53: a number in JavaScript
  token       text,                                                         -- null: free
  channel     text,                                                         -- where the holder's process listens
  owner       text,
  acquired_at timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL
) WITH (fillfactor = 70); -- room for updates in place: no index names a column that changes

-- The queue: one row for each claim and resource it waits for. Unlogged: a refusal then waits for no disk. After a
-- crash the queue begins anew, in the order in which the waiting claims ask again.
CREATE UNLOGGED TABLE IF NOT EXISTS holdfast_lock.place (
  resource    text COLLATE "C" NOT NULL,
  token       text COLLATE "C" NOT NULL,
  seq         bigint NOT NULL, -- the same in each queue that the claim stands in, so that no two wait for each other
  several     boolean NOT NULL, -- the claim wants more than this resource, so that nobody can grant it this one alone
  floor       bigint NOT NULL,
  channel     text NOT NULL,
  owner       text NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (resource, token)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX IF NOT EXISTS place_seq ON holdfast_lock.place (resource, seq);

-- What singleFlight shares. Unlogged: a cache.
CREATE UNLOGGED TABLE IF NOT EXISTS holdfast_lock.value (
  key         text COLLATE "C" PRIMARY KEY,
  value       text NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS value_expires_at ON holdfast_lock.value (expires_at);

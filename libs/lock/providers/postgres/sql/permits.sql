-- Resources that several claims hold together.
--
-- While a resource is held so, its lease is that of `shared by <permits>`, which is nobody's token, until the last of the
-- holders' leases ends: whoever wants it alone, or in a transaction, finds it taken. Who they are is in `share`, whose rows
-- are of no account without that lease.

CREATE TABLE IF NOT EXISTS holdfast_lock.share (
  resource    text COLLATE "C" NOT NULL,
  token       text COLLATE "C" NOT NULL,
  fence       bigint NOT NULL,
  owner       text NOT NULL,
  acquired_at timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (resource, token)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The token that stands for the holders of a resource, or null when it is not held so. Under the resource's mutex. Holders
-- whose leases have ended are dropped.
CREATE OR REPLACE FUNCTION holdfast_lock.sharers(p_resource text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_token text;
BEGIN
  SELECT token INTO v_token FROM holdfast_lock.lease
    WHERE resource = p_resource AND token LIKE 'shared by %' AND expires_at > p_now;
  DELETE FROM holdfast_lock.share
    WHERE resource = p_resource AND (v_token IS NULL OR expires_at <= p_now);
  RETURN v_token;
END
$$;

-- The lease lasts as long as the last holder's, or ends with it. Under the resource's mutex. Guard against a transaction
-- that found it ended while this was on its way: the whole operation fails with SQLSTATE 40001.
CREATE OR REPLACE FUNCTION holdfast_lock.keep_shared(p_resource text, p_token text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_last timestamptz := (SELECT max(expires_at) FROM holdfast_lock.share WHERE resource = p_resource);
BEGIN
  UPDATE holdfast_lock.lease
    SET token = CASE WHEN v_last IS NOT NULL THEN token END,
        owner = CASE WHEN v_last IS NOT NULL THEN owner END, expires_at = coalesce(v_last, p_now)
    WHERE resource = p_resource AND token = p_token AND expires_at > p_now;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the lease ended while it was renewed' USING ERRCODE = 'serialization_failure';
  END IF;
END
$$;

-- Who is first in the queue asks, if it may be for a permit. Under the resource's mutex.
CREATE OR REPLACE FUNCTION holdfast_lock.tell_next(p_resource text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_first holdfast_lock.place := holdfast_lock.first_place(p_resource, p_now);
BEGIN
  IF v_first.several THEN
    PERFORM pg_notify(v_first.channel, 'look ' || v_first.token);
  END IF;
END
$$;

-- Takes one of the permits of a resource.
--
-- Guarantee: as many claims hold it as there are permits, at most, all of them with the same number of permits; or one
-- that wanted it alone; and nobody for whom another stands in the queue. The same token succeeds again, with the same
-- fence and a lease counted anew. The fence is higher than that of every earlier grant, of either kind.
--
-- Inputs  as acquire, for one resource, and its permits: 0 for any number
--
-- Returns as acquire

CREATE OR REPLACE FUNCTION holdfast_lock.acquire_permit(
  p_resource text, p_token text, p_lease_ms double precision, p_owner text, p_floor bigint,
  p_place_ms double precision, p_channel text, p_permits int
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_shared text := 'shared by ' || p_permits;
  v_now timestamptz;
  v_expires_at timestamptz;
  v_sharers text;
  v_count int;
  v_first holdfast_lock.place;
  v_blocked_until timestamptz;
  v_fence bigint;
BEGIN
  PERFORM holdfast_lock.mutex(ARRAY[p_resource]);
  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_lease_ms / 1000);
  v_sharers := holdfast_lock.sharers(p_resource, v_now);
  UPDATE holdfast_lock.share SET expires_at = v_expires_at
    WHERE resource = p_resource AND token = p_token RETURNING fence INTO v_fence;
  IF FOUND THEN
    PERFORM holdfast_lock.keep_shared(p_resource, v_sharers, v_now);
    RETURN ARRAY[1, v_fence];
  END IF;

  SELECT count(*), min(expires_at) INTO v_count, v_blocked_until
    FROM holdfast_lock.share WHERE resource = p_resource;
  IF v_sharers IS NULL THEN
    SELECT expires_at INTO v_blocked_until FROM holdfast_lock.lease
      WHERE resource = p_resource AND token IS NOT NULL AND expires_at > v_now;
  ELSIF v_sharers = v_shared AND (p_permits = 0 OR v_count < p_permits) THEN
    v_blocked_until := NULL;
  END IF;
  v_first := holdfast_lock.first_place(p_resource, v_now);
  IF v_blocked_until IS NULL AND coalesce(v_first.token, p_token) <> p_token THEN
    IF v_sharers IS NULL THEN
      PERFORM holdfast_lock.promote(p_resource, v_now); -- the holder ended without a release
    END IF;
    v_blocked_until := v_first.expires_at;
  END IF;
  IF v_blocked_until IS NULL
     AND NOT pg_try_advisory_xact_lock_shared(holdfast_lock.advisory_key(p_resource, 'gate')) THEN
    v_blocked_until := 'infinity'; -- a transaction holds it, or is about to
  END IF;
  IF v_blocked_until IS NOT NULL THEN
    IF p_place_ms > 0 THEN
      PERFORM holdfast_lock.queue(ARRAY[p_resource], p_token, p_channel, p_owner, ARRAY[p_floor], v_now, p_place_ms);
      UPDATE holdfast_lock.place SET several = true -- nobody grants it a permit: it asks
        WHERE resource = p_resource AND token = p_token AND NOT several;
    END IF;
    RETURN ARRAY[0, 1, CASE WHEN v_blocked_until = 'infinity' THEN -1
                            ELSE ceil(extract(epoch FROM v_blocked_until - v_now) * 1000) END::bigint];
  END IF;

  INSERT INTO holdfast_lock.lease AS last (resource, fence, token, owner, acquired_at, expires_at)
  VALUES (p_resource, greatest(1, p_floor, (extract(epoch FROM v_now) * 1000000)::bigint), v_shared, '', v_now,
          v_expires_at)
  ON CONFLICT (resource) DO UPDATE SET
    fence = greatest(last.fence + 1, excluded.fence), token = v_shared, channel = NULL, owner = '', acquired_at = v_now,
    expires_at = CASE WHEN v_sharers IS NULL THEN v_expires_at ELSE greatest(last.expires_at, v_expires_at) END
  RETURNING fence INTO v_fence;
  INSERT INTO holdfast_lock.share (resource, token, fence, owner, acquired_at, expires_at)
  VALUES (p_resource, p_token, v_fence, p_owner, v_now, v_expires_at);
  DELETE FROM holdfast_lock.place WHERE resource = p_resource AND token = p_token;
  IF p_permits = 0 OR v_count + 1 < p_permits THEN
    PERFORM holdfast_lock.tell_next(p_resource, v_now);
  END IF;
  RETURN ARRAY[1, v_fence];
END
$$;

-- Counts the lease of a permit anew, or changes nothing. Returns as extend.
CREATE OR REPLACE FUNCTION holdfast_lock.extend_permit(p_resource text, p_token text, p_lease_ms double precision)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_sharers text;
BEGIN
  PERFORM holdfast_lock.mutex(ARRAY[p_resource]);
  v_now := clock_timestamp();
  v_sharers := holdfast_lock.sharers(p_resource, v_now);
  UPDATE holdfast_lock.share SET expires_at = v_now + make_interval(secs => p_lease_ms / 1000)
    WHERE resource = p_resource AND token = p_token;
  IF NOT FOUND THEN
    RETURN '{0,0}';
  END IF;
  PERFORM holdfast_lock.keep_shared(p_resource, v_sharers, v_now);
  RETURN ARRAY[1, EXISTS (SELECT FROM holdfast_lock.place
    WHERE resource = p_resource AND token <> p_token AND expires_at > v_now)::int];
END
$$;

-- Gives a permit back, gives up the claim's place, and lets the first in the queue have what is free. Returns whether the
-- permit was still held. A crash of the server within the next second may undo it, as with release.
CREATE OR REPLACE FUNCTION holdfast_lock.release_permit(p_resource text, p_token text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_sharers text;
  v_held boolean;
  v_granted boolean := false;
BEGIN
  PERFORM holdfast_lock.mutex(ARRAY[p_resource]);
  v_now := clock_timestamp();
  v_sharers := holdfast_lock.sharers(p_resource, v_now);
  DELETE FROM holdfast_lock.share WHERE resource = p_resource AND token = p_token;
  v_held := FOUND;
  DELETE FROM holdfast_lock.place WHERE resource = p_resource AND token = p_token;
  IF v_sharers IS NOT NULL THEN
    PERFORM holdfast_lock.keep_shared(p_resource, v_sharers, v_now);
  END IF;
  IF EXISTS (SELECT FROM holdfast_lock.share WHERE resource = p_resource) THEN
    PERFORM holdfast_lock.tell_next(p_resource, v_now);
  ELSIF NOT EXISTS (SELECT FROM holdfast_lock.lease
                      WHERE resource = p_resource AND token IS NOT NULL AND expires_at > v_now) THEN
    v_granted := holdfast_lock.promote(p_resource, v_now);
  END IF;
  IF NOT v_granted THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  RETURN v_held;
END
$$;

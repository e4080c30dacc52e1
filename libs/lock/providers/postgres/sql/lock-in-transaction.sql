-- Takes all resources for the transaction that calls it, until that ends, or none. No lease, no token, no renewal.
--
-- Guarantee: no lease of these resources is alive then, none is granted, and no other transaction takes them, until this
-- one commits or rolls back. Leases that are alive run on, and are renewed as before; nobody gets a new one while this
-- waits, which is what lets it come to an end: a transaction goes before the queue, whose order it leaves alone. The
-- fence is the transaction's own row: rolled back with it, and then never seen by anybody. A refusal lets go of all that
-- was taken, and the transaction goes on. Who is first in a queue now is told to ask when it commits; who queues later
-- finds out by asking.
--
-- Inputs  resources without duplicates; how long to wait, in ms (0: one try); floors in the order of resources
--
-- Returns { 1, fence, ... }  in the order of resources
--         { 0, i }           the i-th resource, from 1, did not become free in time
--         { -1 }             the transaction is not READ COMMITTED: its snapshot may show a lease as ended that is alive

CREATE OR REPLACE FUNCTION holdfast_lock.lock_in_transaction(
  p_resources text[], p_wait_ms double precision, p_floors bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_deadline timestamptz := clock_timestamp() + make_interval(secs => p_wait_ms / 1000);
  v_lock_timeout text := current_setting('lock_timeout');
  v_resource text;
  v_at bigint := 1; -- which resource is waited for
  v_reply bigint[];
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RETURN '{-1}';
  END IF;
  BEGIN
    -- In the order of the keys: no two transactions wait for each other here.
    FOR v_resource, v_at IN
      SELECT wanted.resource, wanted.i FROM unnest(p_resources) WITH ORDINALITY AS wanted (resource, i)
       ORDER BY holdfast_lock.advisory_key(wanted.resource, 'turn')
    LOOP
      IF NOT pg_try_advisory_xact_lock(holdfast_lock.advisory_key(v_resource, 'turn')) THEN
        IF clock_timestamp() >= v_deadline THEN
          RAISE lock_not_available;
        END IF;
        PERFORM set_config('lock_timeout',
          greatest(1, ceil(extract(epoch FROM v_deadline - clock_timestamp()) * 1000))::text, true); -- 0 is for ever
        PERFORM pg_advisory_xact_lock(holdfast_lock.advisory_key(v_resource, 'turn'));
      END IF;
    END LOOP;
    -- Only lease operations can hold a gate now, each for its moment: even a single try waits for them.
    PERFORM set_config('lock_timeout', '1s', true);
    FOR v_resource, v_at IN
      SELECT wanted.resource, wanted.i FROM unnest(p_resources) WITH ORDINALITY AS wanted (resource, i)
       ORDER BY holdfast_lock.advisory_key(wanted.resource, 'gate')
    LOOP
      PERFORM pg_advisory_xact_lock(holdfast_lock.advisory_key(v_resource, 'gate'));
    END LOOP;
    LOOP
      v_at := holdfast_lock.first_leased(p_resources);
      IF v_at IS NULL THEN
        v_reply := holdfast_lock.take_ended(p_resources, p_floors);
        EXIT WHEN v_reply IS NOT NULL;
      ELSIF clock_timestamp() >= v_deadline THEN
        RAISE lock_not_available;
      ELSE
        PERFORM pg_sleep(least(0.02, extract(epoch FROM v_deadline - clock_timestamp())));
      END IF;
    END LOOP;
    PERFORM set_config('lock_timeout', v_lock_timeout, true);
  EXCEPTION WHEN lock_not_available THEN
    RETURN ARRAY[0, v_at]; -- the subtransaction took back the locks and the setting
  END;
  PERFORM pg_notify(first.channel, 'look ' || first.token) -- told when this transaction commits
    FROM unnest(p_resources) AS wanted (resource),
         LATERAL (SELECT channel, token FROM holdfast_lock.place
                   WHERE resource = wanted.resource AND expires_at > clock_timestamp() ORDER BY seq LIMIT 1) AS first;
  RETURN 1::bigint || v_reply;
END
$$;

-- Which of the resources has a lease that is alive: its number, from 1; null when none has.
CREATE OR REPLACE FUNCTION holdfast_lock.first_leased(p_resources text[]) RETURNS bigint
LANGUAGE sql VOLATILE AS $$
  SELECT min(array_position(p_resources, resource)) FROM holdfast_lock.lease
   WHERE resource = ANY (p_resources) AND token IS NOT NULL AND expires_at > clock_timestamp()
$$;

-- Writes the fences of resources whose leases have ended, under their gates. A renewal may have been on its way when
-- they were found ended: the update waits for it, looks again, and then nothing at all is written.
-- Returns the fences, or null.
CREATE OR REPLACE FUNCTION holdfast_lock.take_ended(p_resources text[], p_floors bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
  v_clock bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_fence bigint;
  v_fences bigint[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(p_resources) LOOP
    UPDATE holdfast_lock.lease SET
      fence = greatest(fence + 1, p_floors[i], v_clock), token = NULL, channel = NULL, owner = NULL,
      expires_at = clock_timestamp()
      WHERE resource = p_resources[i] AND (token IS NULL OR expires_at <= clock_timestamp())
      RETURNING fence INTO v_fence;
    IF NOT FOUND THEN
      INSERT INTO holdfast_lock.lease (resource, fence, acquired_at, expires_at)
      VALUES (p_resources[i], greatest(1, p_floors[i], v_clock), clock_timestamp(), clock_timestamp())
      ON CONFLICT (resource) DO NOTHING
      RETURNING fence INTO v_fence;
    END IF;
    IF v_fence IS NULL THEN
      RAISE EXCEPTION 'renewed meanwhile' USING ERRCODE = 'HF001';
    END IF;
    v_fences := v_fences || v_fence;
    v_fence := NULL;
  END LOOP;
  RETURN v_fences;
EXCEPTION WHEN SQLSTATE 'HF001' THEN
  RETURN NULL; -- the subtransaction took back the row locks, which would keep the holder from renewing
END
$$;

-- Frees what the token holds, gives up its places, and serves who is first in the queues.
--
-- Guarantee: compare and free; a lease or a place of another token is never touched. Safe to repeat. A release that
-- grants to nobody waits for no disk: a crash of the server within the next second may undo it, and the lock then stays
-- until its lease ends. One that grants is as durable as any grant.
--
-- Inputs  resources without duplicates; token
--
-- Returns whether every resource was still held by the token

CREATE OR REPLACE FUNCTION holdfast_lock.release(p_resources text[], p_token text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_freed int;
  v_resource text;
  v_granted boolean := false;
BEGIN
  PERFORM holdfast_lock.mutex(p_resources);
  v_now := clock_timestamp();
  UPDATE holdfast_lock.lease SET token = NULL, channel = NULL, owner = NULL, expires_at = v_now
    WHERE resource = ANY (p_resources) AND token = p_token AND expires_at > v_now;
  GET DIAGNOSTICS v_freed = ROW_COUNT;
  DELETE FROM holdfast_lock.place WHERE resource = ANY (p_resources) AND token = p_token;
  FOREACH v_resource IN ARRAY p_resources LOOP
    IF NOT EXISTS (SELECT FROM holdfast_lock.lease
                     WHERE resource = v_resource AND token IS NOT NULL AND expires_at > v_now) THEN
      v_granted := holdfast_lock.promote(v_resource, v_now) OR v_granted;
    ELSIF holdfast_lock.sharers(v_resource, v_now) IS NOT NULL THEN
      PERFORM holdfast_lock.tell_next(v_resource, v_now);
    END IF;
  END LOOP;
  IF NOT v_granted THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  RETURN v_freed = cardinality(p_resources);
END
$$;

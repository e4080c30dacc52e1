-- What one token holds belongs to another from now on.
--
-- Guarantee: all or nothing, in one step: nobody can come in between, and of two adopters one wins. The fences stay, the
-- lease is counted anew. Who held it is told `adopted <token>`. The same successor succeeds again.
--
-- Inputs  resources without duplicates; token; successor's token; lease in ms; owner; channel of the successor's process
--
-- Returns { 1, fence, ... }  in the order of resources
--         { 0 }              the token does not hold all of them; nothing was written

CREATE OR REPLACE FUNCTION holdfast_lock.adopt(
  p_resources text[], p_token text, p_successor text, p_lease_ms double precision, p_owner text, p_channel text
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_expires_at timestamptz;
BEGIN
  PERFORM holdfast_lock.mutex(p_resources);
  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_lease_ms / 1000);
  IF holdfast_lock.renew(p_resources, p_token, v_now, v_expires_at) THEN
    PERFORM pg_notify(channel, 'adopted ' || p_token)
      FROM (SELECT DISTINCT channel FROM holdfast_lock.lease
             WHERE resource = ANY (p_resources) AND token = p_token) AS sender;
    UPDATE holdfast_lock.lease SET token = p_successor, channel = p_channel, owner = p_owner
      WHERE resource = ANY (p_resources) AND token = p_token;
  ELSIF NOT holdfast_lock.renew(p_resources, p_successor, v_now, v_expires_at) THEN
    RETURN '{0}';
  END IF;
  RETURN 1::bigint || holdfast_lock.fences(p_resources);
END
$$;

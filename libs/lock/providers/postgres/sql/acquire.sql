-- Takes all resources for one lease, or none.
--
-- Guarantee: a resource that another token holds, that a transaction holds, or for which another claim stands in front,
-- is never touched. The same token succeeds again, with the same fences and a lease counted anew, so that an attempt
-- whose reply was lost may simply be repeated. A refused claim with a place keeps it, in all its queues or in none; one
-- without leaves nothing behind.
--
-- Inputs  resources without duplicates; token; lease in ms; owner; floors in the order of resources;
--         how long a refused claim keeps its place, in ms (0: it takes none); the channel where its process listens
--
-- Returns { 1, fence, ... }      granted, in the order of resources
--         { 0, i, remaining ms } the i-th resource, from 1, is not free; -1: for as long as a transaction holds it

CREATE OR REPLACE FUNCTION holdfast_lock.acquire(
  p_resources text[], p_token text, p_lease_ms double precision, p_owner text, p_floors bigint[],
  p_place_ms double precision, p_channel text
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_expires_at timestamptz;
  v_remaining_ms bigint;
  v_reply bigint[] := '{1}';
BEGIN
  PERFORM holdfast_lock.mutex(p_resources);
  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_lease_ms / 1000);
  IF holdfast_lock.renew(p_resources, p_token, v_now, v_expires_at) THEN
    RETURN 1::bigint || holdfast_lock.fences(p_resources);
  END IF;
  FOR i IN 1 .. cardinality(p_resources) LOOP
    v_remaining_ms := holdfast_lock.obstacle(p_resources[i], p_token, v_now);
    IF v_remaining_ms IS NOT NULL THEN
      IF p_place_ms > 0 THEN
        PERFORM holdfast_lock.queue(p_resources, p_token, p_channel, p_owner, p_floors, v_now, p_place_ms);
      END IF;
      RETURN ARRAY[0, i, v_remaining_ms];
    END IF;
  END LOOP;

  FOR i IN 1 .. cardinality(p_resources) LOOP
    v_reply := v_reply || holdfast_lock.grant_lease(p_resources[i], p_token, p_channel, p_owner, p_floors[i],
                                                    v_now, v_expires_at);
  END LOOP;
  DELETE FROM holdfast_lock.place WHERE resource = ANY (p_resources) AND token = p_token;
  RETURN v_reply;
END
$$;

-- Queues a refused claim for all its resources at once, or counts the time of its places anew. Under their mutexes.
--
-- Guarantee: the claim stands in each of its queues with one number, higher than every number there, so that any two
-- claims that share several resources stand in the same order for all of them. A claim whose places had not ended in
-- any queue keeps them; else it starts at the end of each.

CREATE OR REPLACE FUNCTION holdfast_lock.queue(
  p_resources text[], p_token text, p_channel text, p_owner text, p_floors bigint[],
  p_now timestamptz, p_place_ms double precision
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_expires_at timestamptz := p_now + make_interval(secs => p_place_ms / 1000);
  v_kept int;
BEGIN
  UPDATE holdfast_lock.place SET channel = p_channel, owner = p_owner, expires_at = v_expires_at
    WHERE resource = ANY (p_resources) AND token = p_token AND expires_at > p_now;
  GET DIAGNOSTICS v_kept = ROW_COUNT;
  IF v_kept = cardinality(p_resources) THEN
    RETURN;
  END IF;
  DELETE FROM holdfast_lock.place WHERE resource = ANY (p_resources) AND token = p_token;
  INSERT INTO holdfast_lock.place (resource, token, seq, several, floor, channel, owner, expires_at)
  SELECT wanted.resource, p_token,
         (SELECT coalesce(max(seq), 0) + 1 FROM holdfast_lock.place WHERE resource = ANY (p_resources)),
         cardinality(p_resources) > 1, wanted.floor, p_channel, p_owner, v_expires_at
    FROM unnest(p_resources, p_floors) AS wanted (resource, floor);
END
$$;

-- Gives all resources that a token holds a new end of lease, or changes nothing. Under their mutexes.
--
-- Guarantee: compare and set, for all or none. The second count is the guard against a transaction that found a lease
-- ended while this was on its way: the whole operation fails with SQLSTATE 40001.
--
-- Returns whether the token held all.

CREATE OR REPLACE FUNCTION holdfast_lock.renew(
  p_resources text[], p_token text, p_now timestamptz, p_expires_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  SELECT count(*) INTO v_count FROM holdfast_lock.lease
    WHERE resource = ANY (p_resources) AND token = p_token AND expires_at > p_now;
  IF v_count < cardinality(p_resources) THEN
    RETURN false;
  END IF;
  UPDATE holdfast_lock.lease SET expires_at = p_expires_at
    WHERE resource = ANY (p_resources) AND token = p_token AND expires_at > p_now;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < cardinality(p_resources) THEN
    RAISE EXCEPTION 'the lease ended while it was renewed' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN true;
END
$$;

-- The fences of the last grants, in the order of the resources.
CREATE OR REPLACE FUNCTION holdfast_lock.fences(p_resources text[]) RETURNS bigint[]
LANGUAGE sql VOLATILE AS $$
  SELECT array_agg(fence ORDER BY array_position(p_resources, resource))
    FROM holdfast_lock.lease WHERE resource = ANY (p_resources)
$$;

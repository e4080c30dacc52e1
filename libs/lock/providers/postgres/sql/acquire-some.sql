-- Several claims of one resource each, decided one by one, as acquire does.
--
-- Guarantee: each is granted or refused for itself; all mutexes are taken at once and in order, so that two batches
-- never wait for each other.
--
-- Inputs  arrays of one length: resource, token, lease in ms, owner, floor and place in ms of each claim; the channel
--
-- Returns one row a claim, in the order of the claims: as acquire

CREATE OR REPLACE FUNCTION holdfast_lock.acquire_some(
  p_resources text[], p_tokens text[], p_lease_ms double precision[], p_owners text[], p_floors bigint[],
  p_place_ms double precision[], p_channel text
) RETURNS SETOF bigint[] LANGUAGE plpgsql AS $$
BEGIN
  PERFORM holdfast_lock.mutex(p_resources);
  FOR i IN 1 .. cardinality(p_resources) LOOP
    RETURN NEXT holdfast_lock.acquire(ARRAY[p_resources[i]], p_tokens[i], p_lease_ms[i], p_owners[i],
                                      ARRAY[p_floors[i]], p_place_ms[i], p_channel);
  END LOOP;
END
$$;

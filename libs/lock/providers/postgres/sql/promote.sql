-- Serves the first in the queue for a resource that nobody holds. Under the resource's mutex.
--
-- Guarantee: a claim for this resource alone becomes the holder, until its place would have ended, and its process is
-- told so: `granted <token> <fence>`. A claim for several resources keeps its place, so that others are refused, and is
-- told to ask: `look <token>`. Nothing is granted while a transaction holds the resource.
--
-- Returns whether a lease was written.

CREATE OR REPLACE FUNCTION holdfast_lock.promote(p_resource text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_first holdfast_lock.place := holdfast_lock.first_place(p_resource, p_now);
  v_fence bigint;
BEGIN
  IF v_first.token IS NULL THEN
    RETURN false;
  END IF;
  IF v_first.several THEN
    PERFORM pg_notify(v_first.channel, 'look ' || v_first.token);
    RETURN false;
  END IF;
  IF NOT pg_try_advisory_xact_lock_shared(holdfast_lock.advisory_key(p_resource, 'gate')) THEN
    RETURN false;
  END IF;
  DELETE FROM holdfast_lock.place WHERE resource = p_resource AND token = v_first.token;
  v_fence := holdfast_lock.grant_lease(p_resource, v_first.token, v_first.channel, v_first.owner, v_first.floor,
                                       p_now, v_first.expires_at);
  PERFORM pg_notify(v_first.channel, format('granted %s %s', v_first.token, v_fence));
  RETURN true;
END
$$;

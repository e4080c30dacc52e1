-- The first in the queue for a resource. Under the resource's mutex.
--
-- Guarantee: places that have ended on the server's clock are dropped; one that has not is never passed over.
--
-- Returns the place, or one of nulls.

CREATE OR REPLACE FUNCTION holdfast_lock.first_place(p_resource text, p_now timestamptz)
RETURNS holdfast_lock.place LANGUAGE plpgsql AS $$
DECLARE
  v_first holdfast_lock.place;
BEGIN
  SELECT * INTO v_first FROM holdfast_lock.place WHERE resource = p_resource ORDER BY seq LIMIT 1;
  IF v_first.expires_at <= p_now THEN
    DELETE FROM holdfast_lock.place WHERE resource = p_resource AND expires_at <= p_now;
    SELECT * INTO v_first FROM holdfast_lock.place WHERE resource = p_resource ORDER BY seq LIMIT 1;
  END IF;
  RETURN v_first;
END
$$;

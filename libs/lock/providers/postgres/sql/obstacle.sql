-- What keeps a claim from a resource. Under the resource's mutex.
--
-- Guarantee: a free resource whose queue another claim heads is that claim's: it is served first. When nothing is in
-- the way, the resource's gate is held until this transaction ends, so that no other transaction can take the resource.
--
-- Returns null   nothing: the claim holds it, or may
--         n >= 0 another holds it, or stands in front, for n ms more unless it renews
--         -1     a transaction holds it, or is about to, for as long as it likes

CREATE OR REPLACE FUNCTION holdfast_lock.obstacle(p_resource text, p_token text, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_holder text;
  v_expires_at timestamptz;
  v_first holdfast_lock.place;
BEGIN
  SELECT token, expires_at INTO v_holder, v_expires_at
    FROM holdfast_lock.lease WHERE resource = p_resource AND token IS NOT NULL AND expires_at > p_now;
  IF v_holder IS NULL THEN
    v_first := holdfast_lock.first_place(p_resource, p_now);
  END IF;
  IF coalesce(v_holder, v_first.token, p_token) = p_token THEN
    RETURN CASE WHEN pg_try_advisory_xact_lock_shared(holdfast_lock.advisory_key(p_resource, 'gate'))
                THEN NULL ELSE -1 END;
  END IF;
  IF v_holder IS NULL THEN
    PERFORM holdfast_lock.promote(p_resource, p_now);
    v_expires_at := v_first.expires_at;
  END IF;
  RETURN ceil(extract(epoch FROM v_expires_at - p_now) * 1000);
END
$$;

-- Counts the lease of all resources anew, or changes nothing.
--
-- Guarantee: a lease that has ended, was taken away or belongs to another token is never brought back to life. Safe to
-- repeat. A transaction that found the lease ended while this was on its way makes it fail with SQLSTATE 40001.
--
-- Inputs  resources without duplicates; token; lease in ms
--
-- Returns { held, contended } as 0 or 1: every resource was held by the token and has its new lease; others stand in
--         the queue for one of them

CREATE OR REPLACE FUNCTION holdfast_lock.extend(p_resources text[], p_token text, p_lease_ms double precision)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_held boolean;
  v_contended boolean;
BEGIN
  PERFORM holdfast_lock.mutex(p_resources);
  v_now := clock_timestamp();
  v_held := holdfast_lock.renew(p_resources, p_token, v_now, v_now + make_interval(secs => p_lease_ms / 1000));
  v_contended := EXISTS (SELECT FROM holdfast_lock.place
    WHERE resource = ANY (p_resources) AND token <> p_token AND expires_at > v_now);
  RETURN ARRAY[v_held::int, v_contended::int];
END
$$;

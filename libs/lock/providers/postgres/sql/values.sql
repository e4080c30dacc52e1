-- Values that all processes see, each for its time to live on the server's clock.
--
-- Guarantee: a value whose time is over is never read; set replaces value and time in one step.

CREATE OR REPLACE FUNCTION holdfast_lock.get_value(p_key text)
RETURNS TABLE (value text, remaining_ms double precision) LANGUAGE sql AS $$
  SELECT value, ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::double precision
    FROM holdfast_lock.value WHERE key = p_key AND expires_at > clock_timestamp()
$$;

CREATE OR REPLACE FUNCTION holdfast_lock.set_value(p_key text, p_value text, p_ttl_ms double precision)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO holdfast_lock.value (key, value, expires_at)
  VALUES (p_key, p_value, clock_timestamp() + make_interval(secs => p_ttl_ms / 1000))
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
$$;

CREATE OR REPLACE FUNCTION holdfast_lock.delete_value(p_key text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM holdfast_lock.value WHERE key = p_key
$$;

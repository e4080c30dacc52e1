-- Removes what nobody needs any more: values, places and permits that have ended, and the rows of resources that were not held
-- for a day, whose fences the clock carries on. Called now and then, for one stretch of the table a time.
--
-- Guarantee: nothing that is held, waited for, or locked by anybody is touched; at most p_limit rows of each table.
--
-- Inputs  the resource after which to begin ('' at first); how many rows to look at
--
-- Returns the resource after which to go on, or null at the end of the table

CREATE OR REPLACE FUNCTION holdfast_lock.sweep(p_after text, p_limit int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_last text;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT max(resource) INTO v_last FROM (
    SELECT resource FROM holdfast_lock.lease WHERE resource > p_after ORDER BY resource LIMIT p_limit) AS stretch;
  DELETE FROM holdfast_lock.lease WHERE resource IN (
    SELECT resource FROM holdfast_lock.lease
     WHERE resource > p_after AND resource <= v_last AND expires_at < v_now - interval '1 day'
       FOR UPDATE SKIP LOCKED);
  DELETE FROM holdfast_lock.place WHERE (resource, token) IN (
    SELECT resource, token FROM holdfast_lock.place
     WHERE expires_at < v_now - interval '1 minute' LIMIT p_limit FOR UPDATE SKIP LOCKED);
  DELETE FROM holdfast_lock.share WHERE (resource, token) IN (
    SELECT resource, token FROM holdfast_lock.share
     WHERE expires_at < v_now - interval '1 minute' LIMIT p_limit FOR UPDATE SKIP LOCKED);
  DELETE FROM holdfast_lock.value WHERE key IN (
    SELECT key FROM holdfast_lock.value WHERE expires_at < v_now LIMIT p_limit FOR UPDATE SKIP LOCKED);
  RETURN v_last;
END
$$;

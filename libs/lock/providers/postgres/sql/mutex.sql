-- Makes the lease operations on these resources one at a time, until the transaction ends. Each operation begins with
-- it, and reads in later statements, which see all that the operation before it has committed.
--
-- Guarantee: the keys are taken in the order of the keys, so that no two operations wait for each other; at most
-- lock_timeout, or 1 s where none is set, else SQLSTATE 55P03. What the operation writes survives a crash though the
-- database was set to commit without waiting for its disk.

CREATE OR REPLACE FUNCTION holdfast_lock.mutex(p_resources text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'locks need READ COMMITTED: a snapshot taken before the wait would show a lock as free'
      USING ERRCODE = 'invalid_transaction_state';
  END IF;
  IF current_setting('lock_timeout') = '0' THEN
    PERFORM set_config('lock_timeout', '1s', true);
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'local', true);
  END IF;
  PERFORM pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT holdfast_lock.advisory_key(resource, 'mutex') AS key
            FROM unnest(p_resources) AS resource ORDER BY key) AS keys;
END
$$;

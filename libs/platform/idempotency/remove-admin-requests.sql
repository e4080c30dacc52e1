-- Removes the keys of administrators' requests that nobody sends again any more, with their answers.
--
-- Guards    SKIP LOCKED: one that is being answered stays
-- Inputs    $1 integer for how many days they are kept, on the database's clock · $2 integer how many at most
-- Returns   a row with `removed`
WITH due AS MATERIALIZED (
  SELECT idempotency_key, route FROM admin_request
  WHERE created_at < clock_timestamp() - make_interval(days => $1)
  ORDER BY created_at LIMIT $2
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM admin_request r USING due
  WHERE r.idempotency_key = due.idempotency_key AND r.route = due.route
  RETURNING 1
)
SELECT count(*)::integer AS removed FROM removed

-- Removes dead letters that nobody has replayed for long.
--
-- Guards    SKIP LOCKED: one that is being replayed stays
-- Inputs    $1 integer for how many days they are kept, on the database's clock · $2 integer how many at most
-- Returns   a row with `removed`
WITH due AS MATERIALIZED (
  SELECT id FROM outbox_event
  WHERE due_at IS NULL AND occurred_at < clock_timestamp() - make_interval(days => $1)
  ORDER BY id LIMIT $2
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM outbox_event e USING due WHERE e.id = due.id RETURNING 1
)
SELECT count(*)::integer AS removed FROM removed

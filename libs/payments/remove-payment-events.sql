-- Removes the ids of events that the payment provider does not send again any more.
--
-- Guards    none is needed: what an event told is in its payment, which knows a fact that is told once more
-- Inputs    $1 integer for how many days they are kept, on the database's clock · $2 integer how many at most
-- Returns   a row with `removed`
WITH due AS MATERIALIZED ( -- locks nothing: for that, too, the service would need a right to change what happened
  SELECT event_id FROM payment_event
  WHERE received_at < clock_timestamp() - make_interval(days => $1)
  ORDER BY received_at LIMIT $2
), removed AS (
  DELETE FROM payment_event e USING due WHERE e.event_id = due.event_id RETURNING 1
)
SELECT count(*)::integer AS removed FROM removed

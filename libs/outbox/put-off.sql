-- What becomes of events that could not be delivered.
--
-- Inputs    parallel arrays: $1 uuid[] events · $2 double precision[] seconds until they are sent again, null for never ·
--           $3 text[] what went wrong
-- Returns   nothing
UPDATE outbox_event e
SET due_at = clock_timestamp() + make_interval(secs => failed.pause), last_error = failed.error
FROM unnest($1::uuid[], $2::double precision[], $3::text[]) AS failed (id, pause, error)
WHERE e.id = failed.id

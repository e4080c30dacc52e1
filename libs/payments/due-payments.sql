-- Takes up the payments that the gateway is to be asked about, and puts each off until it has had time to answer: whoever takes
-- one up and dies leaves it to the next sweep.
--
-- Guards    SKIP LOCKED: each is taken up by one at a time
-- Inputs    $1 integer how many at most · $2 integer for how many seconds they are put off
-- Returns   id, order_id, status, amount, currency, token and outcome of each, and traceparent of its order
WITH due AS MATERIALIZED (
  SELECT id FROM payment WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE payment p SET due_at = clock_timestamp() + make_interval(secs => $2)
FROM due WHERE p.id = due.id
RETURNING p.id, p.order_id, p.status, p.amount, p.currency, p.token, p.outcome,
          (SELECT traceparent FROM customer_order WHERE id = p.order_id)

-- Opens a payment of an order that this transaction has locked, and extends the order's hold once by a bounded grace.
--
-- Guard     payment_open: one pending or captured payment an order
-- Inputs    $1 uuid payment · $2 uuid order · $3 text method · $4 text outcome, null for none · $5 bigint amount ·
--           $6 text currency · $7 integer grace, in seconds · $8 text token, null for none
-- Returns   nothing
WITH held AS (
  UPDATE customer_order
  SET expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => $7))
  WHERE id = $2 AND expires_at = first_expires_at -- else it was extended before
)
INSERT INTO payment (id, order_id, method, outcome, token, status, amount, currency, due_at)
VALUES ($1, $2, $3, $4, $8, 'pending', $5, $6, clock_timestamp())

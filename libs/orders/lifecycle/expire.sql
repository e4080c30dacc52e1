-- Expires unpaid orders whose time is over, on the database's clock.
--
-- Guards    the condition on status: of two that end an order one does; a locked order is left to whoever has it
-- Inputs    $1 integer how many at most
-- Returns   id, sale_id, buyer_id and traceparent of each
WITH due AS MATERIALIZED (
  SELECT id FROM customer_order
  WHERE status = 'pending_payment' AND expires_at <= clock_timestamp()
  ORDER BY expires_at LIMIT $1
  FOR UPDATE SKIP LOCKED
)
UPDATE customer_order o SET status = 'expired', stock_state = 'released'
FROM due WHERE o.id = due.id
RETURNING o.id, o.sale_id, o.buyer_id, o.traceparent

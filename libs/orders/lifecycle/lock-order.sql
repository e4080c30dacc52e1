-- Locks an order, before anything is read that its transition depends on.
--
-- Guards    the row lock: transitions of an order happen one after another. What belongs to it, payments among them, is read by
--           a later statement, whose snapshot is from behind the wait
-- Inputs    $1 uuid order
-- Returns   the order as it is now; no row where there is none
SELECT id, sale_id, buyer_id, status, stock_state, total_amount, currency, clock_timestamp() < expires_at AS is_held,
       traceparent
FROM customer_order WHERE id = $1 FOR UPDATE

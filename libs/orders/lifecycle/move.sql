-- Moves an order from one state to another.
--
-- Guard     the condition on status: each transition happens once
-- Inputs    $1 uuid order · $2 text its status · $3 text the new one · $4 text the new stock_state, null where it stays
-- Returns   id; no row for an order that is not in that status
UPDATE customer_order
SET status = $3, stock_state = coalesce($4, stock_state),
    paid_at = CASE WHEN $3 = 'paid' THEN clock_timestamp() ELSE paid_at END
WHERE id = $1 AND status = $2
RETURNING id

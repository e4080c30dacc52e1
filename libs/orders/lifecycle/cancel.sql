-- Cancels a buyer's unpaid order.
--
-- Guards    the condition on status: of two that end an order one does
-- Inputs    $1 uuid order · $2 uuid its buyer
-- Returns   id, sale_id and buyer_id; no row for an order that is no longer pending, or not this buyer's
UPDATE customer_order SET status = 'cancelled', stock_state = 'released'
WHERE id = $1 AND buyer_id = $2 AND status = 'pending_payment'
RETURNING id, sale_id, buyer_id

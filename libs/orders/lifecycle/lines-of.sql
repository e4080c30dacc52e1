-- The lines of some orders.
--
-- Inputs    $1 uuid[] orders
-- Returns   order_id, item_id, quantity of each line
SELECT order_id, item_id, quantity FROM order_line WHERE order_id = ANY ($1::uuid[])

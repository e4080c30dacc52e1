-- The items of a buyer's orders.
--
-- Inputs    $1 uuid buyer
-- Returns   item_id of each, sorted: the order in which they are claimed
SELECT DISTINCT line.item_id FROM customer_order o JOIN order_line line ON line.order_id = o.id
WHERE o.buyer_id = $1 ORDER BY line.item_id

-- Locks all orders of a buyer, in the order in which transitions lock them.
--
-- Guards    the row lock: none of them is paid, cancelled or refunded before this transaction ends
-- Inputs    $1 uuid buyer
-- Returns   id of each
SELECT id FROM customer_order WHERE buyer_id = $1 ORDER BY id FOR UPDATE

-- Sells stock: it leaves the shelf, and with it the reservation that it was under, if there was one.
--
-- Guards    the CHECK 0 <= reserved <= on_hand; stock_movement_once: a line is sold once
-- Inputs    $1 boolean: whether it was reserved (a late capture sells from what is free)
--           parallel arrays, one entry a line: $2 uuid[] movement ids · $3 uuid[] order ids · $4 uuid[] item ids ·
--           $5 integer[] quantities
-- Returns   nothing
-- The caller has claimed the items in this transaction.
WITH line AS (
  SELECT *, CASE WHEN $1::boolean THEN quantity ELSE 0 END AS reserved
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::integer[]) AS l (movement_id, order_id, item_id, quantity)
), movement AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta)
  SELECT movement_id, item_id, order_id, 'sell', -quantity, -reserved FROM line
), total AS (
  SELECT item_id, sum(quantity)::integer AS quantity, sum(reserved)::integer AS reserved FROM line GROUP BY item_id
)
UPDATE stock_level s
SET on_hand = s.on_hand - total.quantity, reserved = s.reserved - total.reserved, version = s.version + 1
FROM total
WHERE s.item_id = total.item_id

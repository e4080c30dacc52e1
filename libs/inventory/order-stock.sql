-- What the transitions of orders do to stock: one movement a line, one update an item.
--
-- Guards    the CHECK 0 <= reserved <= on_hand; stock_movement_once: each kind once a line
-- Inputs    $1 text kind · $2 integer what a unit changes on hand · $3 integer and what it changes reserved
--           parallel arrays, one entry a line: $4 uuid[] movement ids · $5 uuid[] order ids · $6 uuid[] item ids ·
--           $7 integer[] quantities
-- Returns   nothing
-- The caller has claimed the items in this transaction.
WITH line AS (
  SELECT *, quantity * $2::integer AS on_hand, quantity * $3::integer AS reserved
  FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::integer[]) AS l (movement_id, order_id, item_id, quantity)
), movement AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta)
  SELECT movement_id, item_id, order_id, $1, on_hand, reserved FROM line
), total AS (
  SELECT item_id, sum(on_hand)::integer AS on_hand, sum(reserved)::integer AS reserved FROM line GROUP BY item_id
)
UPDATE stock_level s
SET on_hand = s.on_hand + total.on_hand, reserved = s.reserved + total.reserved, version = s.version + 1
FROM total
WHERE s.item_id = total.item_id

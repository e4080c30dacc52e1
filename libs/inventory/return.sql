-- Puts sold units back on the shelf: one movement a line, one update an item.
--
-- Guard     stock_movement_once: a line is returned once
-- Inputs    parallel arrays, one entry a line: $1 uuid[] movement ids · $2 uuid[] order ids · $3 uuid[] item ids ·
--           $4 integer[] quantities
-- Returns   nothing
-- The caller has claimed the items in this transaction.
WITH line AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[])
    AS l (movement_id, order_id, item_id, quantity)
), movement AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta)
  SELECT movement_id, item_id, order_id, 'return', quantity, 0 FROM line
), total AS (
  SELECT item_id, sum(quantity)::integer AS quantity FROM line GROUP BY item_id
)
UPDATE stock_level s
SET on_hand = s.on_hand + total.quantity, version = s.version + 1
FROM total
WHERE s.item_id = total.item_id

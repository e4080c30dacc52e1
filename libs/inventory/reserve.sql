-- Takes stock for the lines of accepted orders: one movement a line, one update an item.
--
-- Guards    the CHECK reserved <= on_hand; stock_movement_once
-- Inputs    parallel arrays, one entry a line: $1 uuid[] movement ids · $2 uuid[] order ids · $3 uuid[] item ids ·
--           $4 integer[] quantities · $5 bigint[] fences, null where there is none
-- Returns   nothing
-- The caller has claimed the items in this transaction.
WITH line AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[])
    AS l (movement_id, order_id, item_id, quantity, fence)
), movement AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta, fence)
  SELECT movement_id, item_id, order_id, 'reserve', 0, quantity, fence FROM line
), total AS (
  SELECT item_id, sum(quantity)::integer AS quantity, max(fence) AS fence FROM line GROUP BY item_id
)
UPDATE stock_level s
SET reserved = s.reserved + total.quantity,
    version = s.version + 1,
    fence = greatest(s.fence, total.fence) -- a null fence leaves it as it is
FROM total
WHERE s.item_id = total.item_id

-- The control: writes the value that was computed from an earlier, unlocked read, so that concurrent orders overwrite
-- each other and the CHECK does not save them. Same inputs as reserve.sql, and
--           $6 uuid[] items · $7 integer[] what `reserved` is set to
WITH line AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[])
    AS l (movement_id, order_id, item_id, quantity, fence)
), movement AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta, fence)
  SELECT movement_id, item_id, order_id, 'reserve', 0, quantity, fence FROM line
), level AS (
  SELECT * FROM unnest($6::uuid[], $7::integer[]) AS t (item_id, reserved)
)
UPDATE stock_level s
SET reserved = level.reserved, version = s.version + 1
FROM level
WHERE s.item_id = level.item_id

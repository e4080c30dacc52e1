-- Writes the movements of stock that take.sql has taken in the same transaction. They name orders, so they come behind
-- them; the stock row comes before, as everywhere.
--
-- Guard     stock_movement_once
-- Inputs    as reserve.sql
INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta, fence)
SELECT movement_id, item_id, order_id, 'reserve', 0, quantity, fence
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[])
  AS l (movement_id, order_id, item_id, quantity, fence)

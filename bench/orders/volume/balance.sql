-- What the stored orders bought was received before, what this sale of theirs sold is on its account, and the
-- archive reaches to the last of them.
WITH sold AS (
  SELECT item_id, count(*)::integer AS units FROM order_line GROUP BY item_id
), received AS (
  INSERT INTO stock_movement (id, item_id, kind, on_hand_delta, reserved_delta, created_at)
  SELECT gen_random_uuid(), s.item_id, 'receive', s.on_hand + coalesce(sold.units, 0), 0, now() - interval '2 years'
  FROM stock_level s LEFT JOIN sold USING (item_id)
), reached AS (
  UPDATE order_archive SET through_order_id = (SELECT id FROM customer_order ORDER BY id DESC LIMIT 1)
)
UPDATE sale_item offer SET held = sold.units FROM sold WHERE sold.item_id = offer.item_id

-- Every figure of every item of a sale, read in one statement, and each table once: it must not take longer the worse the
-- planner's statistics are.
--
-- Inputs    $1 uuid sale
-- Returns   a row an item, by position. Orders and movements count over all sales of the item, `sale_*` over this one.
WITH offer AS (
  SELECT * FROM sale_item WHERE sale_id = $1
), line AS (
  SELECT line.item_id, line.order_id, line.quantity, o.stock_state, o.sale_id
  FROM order_line line JOIN customer_order o ON o.id = line.order_id
  WHERE line.item_id IN (SELECT item_id FROM offer)
), movement AS (
  SELECT item_id, order_id, kind, on_hand_delta, reserved_delta
  FROM stock_movement WHERE item_id IN (SELECT item_id FROM offer)
), moved AS (
  SELECT item_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved,
         -sum(on_hand_delta) FILTER (WHERE kind IN ('sell', 'return')) AS sold
  FROM movement GROUP BY item_id
), moved_line AS (
  SELECT item_id, order_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved,
         count(*) FILTER (WHERE kind = 'reserve') AS reservations
  FROM movement WHERE order_id IS NOT NULL GROUP BY item_id, order_id
), ordered AS (
  SELECT item_id,
         sum(quantity) FILTER (WHERE stock_state = 'reserved') AS reserved,
         sum(quantity) FILTER (WHERE stock_state = 'sold') AS sold,
         sum(quantity) FILTER (WHERE stock_state IN ('reserved', 'sold') AND sale_id = $1) AS of_sale
  FROM line GROUP BY item_id
), bought AS (
  SELECT purchase.item_id, sum(quantity) AS units,
         count(*) FILTER (WHERE quantity > offer.purchase_limit) AS over_limit
  FROM purchase JOIN offer USING (sale_id, item_id) GROUP BY purchase.item_id
), stepped AS (
  -- Each change of an order's stock_state has exactly one movement a line: a reservation always, and one
  -- more for what became of it.
  SELECT line.item_id, count(*) AS lines
  FROM line LEFT JOIN moved_line USING (item_id, order_id)
  WHERE coalesce(moved_line.reservations, 0) <> 1
     OR moved_line.reserved <> CASE stock_state WHEN 'reserved' THEN quantity ELSE 0 END
     OR moved_line.on_hand <> CASE stock_state WHEN 'sold' THEN -quantity ELSE 0 END
  GROUP BY line.item_id
)
SELECT
  offer.item_id, item.sku, stock.on_hand, stock.reserved, offer.allotment, offer.held, offer.purchase_limit,
  coalesce(moved.on_hand, 0)::integer AS movement_total,
  coalesce(moved.reserved, 0)::integer AS movement_reserved,
  coalesce(moved.sold, 0)::integer AS sold,
  coalesce(ordered.reserved, 0)::integer AS orders_reserved,
  coalesce(ordered.sold, 0)::integer AS orders_sold,
  coalesce(ordered.of_sale, 0)::integer AS sale_units,
  coalesce(bought.units, 0)::integer AS purchased,
  coalesce(bought.over_limit, 0)::integer AS over_limit,
  coalesce(stepped.lines, 0)::integer AS lines_out_of_step
FROM offer
JOIN item ON item.id = offer.item_id
JOIN stock_level stock ON stock.item_id = offer.item_id
LEFT JOIN moved ON moved.item_id = offer.item_id
LEFT JOIN ordered ON ordered.item_id = offer.item_id
LEFT JOIN bought ON bought.item_id = offer.item_id
LEFT JOIN stepped ON stepped.item_id = offer.item_id
ORDER BY offer.position

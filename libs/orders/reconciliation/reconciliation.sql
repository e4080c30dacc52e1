-- Every figure of every item of a sale, read in one statement.
--
-- Inputs    $1 uuid sale
-- Returns   a row an item, by position. Orders and movements count over all sales of the item, `sale_*` over this one.
SELECT
  offer.item_id, item.sku, stock.on_hand, stock.reserved, offer.allotment, offer.held, offer.purchase_limit,
  moved.*, ordered.*, bought.*, stepped.*
FROM sale_item offer
JOIN item ON item.id = offer.item_id
JOIN stock_level stock ON stock.item_id = offer.item_id
CROSS JOIN LATERAL (
  SELECT coalesce(sum(on_hand_delta), 0)::integer AS movement_total,
         coalesce(sum(reserved_delta), 0)::integer AS movement_reserved,
         coalesce(-sum(on_hand_delta) FILTER (WHERE kind IN ('sell', 'return')), 0)::integer AS sold
  FROM stock_movement WHERE item_id = offer.item_id
) moved
CROSS JOIN LATERAL (
  SELECT coalesce(sum(line.quantity) FILTER (WHERE o.stock_state = 'reserved'), 0)::integer AS orders_reserved,
         coalesce(sum(line.quantity) FILTER (WHERE o.stock_state = 'sold'), 0)::integer AS orders_sold,
         coalesce(sum(line.quantity) FILTER (
           WHERE o.stock_state IN ('reserved', 'sold') AND o.sale_id = offer.sale_id), 0)::integer AS sale_units
  FROM order_line line JOIN customer_order o ON o.id = line.order_id
  WHERE line.item_id = offer.item_id
) ordered
CROSS JOIN LATERAL (
  SELECT coalesce(sum(quantity), 0)::integer AS purchased,
         count(*) FILTER (WHERE quantity > offer.purchase_limit)::integer AS over_limit
  FROM purchase WHERE sale_id = offer.sale_id AND item_id = offer.item_id
) bought
CROSS JOIN LATERAL (
  -- Each change of an order's stock_state has exactly one movement a line: a reservation always, and one
  -- more for what became of it.
  SELECT count(*)::integer AS lines_out_of_step
  FROM order_line line
  JOIN customer_order o ON o.id = line.order_id
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(reserved_delta), 0) AS reserved, coalesce(sum(on_hand_delta), 0) AS on_hand,
           count(*) FILTER (WHERE kind = 'reserve') AS reservations
    FROM stock_movement m WHERE m.order_id = line.order_id AND m.item_id = line.item_id
  ) m ON true
  WHERE line.item_id = offer.item_id
    AND (m.reservations <> 1
      OR m.reserved <> CASE o.stock_state WHEN 'reserved' THEN line.quantity ELSE 0 END
      OR m.on_hand <> CASE o.stock_state WHEN 'sold' THEN -line.quantity ELSE 0 END)
) stepped
WHERE offer.sale_id = $1
ORDER BY offer.position

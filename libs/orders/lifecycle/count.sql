-- Counts a late sale for purchase limits and allotments, as record.sql counts an order.
--
-- Guards    the CHECK held <= allotment; the limit was read behind the claim of the items, under which alone it changes
-- Inputs    as uncount.sql
-- Returns   nothing
WITH line AS (
  SELECT sale_id, item_id, buyer_id, sum(quantity)::integer AS quantity
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[]) AS l (sale_id, item_id, buyer_id, quantity)
  GROUP BY sale_id, item_id, buyer_id
), bought AS (
  INSERT INTO purchase AS p (sale_id, item_id, buyer_id, quantity)
  SELECT line.sale_id, line.item_id, line.buyer_id, line.quantity
  FROM line JOIN sale_item offer USING (sale_id, item_id) WHERE offer.purchase_limit IS NOT NULL
  ORDER BY line.sale_id, line.item_id, line.buyer_id
  ON CONFLICT (sale_id, item_id, buyer_id) DO UPDATE SET quantity = p.quantity + excluded.quantity
)
UPDATE sale_item offer SET held = offer.held + total.quantity
FROM (SELECT sale_id, item_id, sum(quantity)::integer AS quantity FROM line GROUP BY sale_id, item_id) total
WHERE offer.sale_id = total.sale_id AND offer.item_id = total.item_id

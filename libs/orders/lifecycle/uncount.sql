-- Takes ended orders from what counts for purchase limits and allotments.
--
-- Guards    the CHECKs 0 <= quantity and 0 <= held
-- Inputs    parallel arrays, one entry a line: $1 uuid[] sales · $2 uuid[] items · $3 uuid[] buyers · $4 integer[] quantities
-- Returns   nothing
-- `locked` keeps to the order of keys in which every batch writes purchases. It runs behind the claim of the items, as there.
WITH line AS (
  SELECT sale_id, item_id, buyer_id, sum(quantity)::integer AS quantity
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[]) AS l (sale_id, item_id, buyer_id, quantity)
  GROUP BY sale_id, item_id, buyer_id
), locked AS MATERIALIZED (
  SELECT p.sale_id, p.item_id, p.buyer_id, line.quantity
  FROM purchase p JOIN line USING (sale_id, item_id, buyer_id) JOIN sale_item offer USING (sale_id, item_id)
  WHERE offer.purchase_limit IS NOT NULL
  ORDER BY p.sale_id, p.item_id, p.buyer_id FOR UPDATE OF p
), bought AS (
  UPDATE purchase p SET quantity = p.quantity - locked.quantity
  FROM locked
  WHERE p.sale_id = locked.sale_id AND p.item_id = locked.item_id AND p.buyer_id = locked.buyer_id
)
UPDATE sale_item offer SET held = offer.held - total.quantity
FROM (SELECT sale_id, item_id, sum(quantity)::integer AS quantity FROM line GROUP BY sale_id, item_id) total
WHERE offer.sale_id = total.sale_id AND offer.item_id = total.item_id

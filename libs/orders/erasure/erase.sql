-- Gives a buyer's orders and purchases to a pseudonym, and takes from them what the buyer wrote. Quantities, prices, states and
-- times stay: they are the shop's books.
--
-- Guards    it runs behind the locks of the orders and the claim of their items, under which alone purchases change
-- Inputs    $1 uuid buyer · $2 uuid pseudonym
-- Returns   a row with `orders`, how many there were
-- The key of an order becomes its id: unique, and nobody's. $1 and $2 are uuids, and texts in answers.
WITH erased AS (
  UPDATE customer_order
  SET buyer_id = $2, idempotency_key = id::text, request_hash = 'erased', metadata = '{}'
  WHERE buyer_id = $1
  RETURNING id, sale_id
), bought AS (
  UPDATE purchase p SET buyer_id = $2
  FROM (SELECT DISTINCT erased.sale_id, line.item_id FROM erased JOIN order_line line ON line.order_id = erased.id) line
  WHERE p.sale_id = line.sale_id AND p.item_id = line.item_id AND p.buyer_id = $1
), refund AS (
  UPDATE payment p SET refund_reason = 'erased' FROM erased
  WHERE p.order_id = erased.id AND p.refund_reason IS NOT NULL
), kept AS ( -- what administrators were answered, while it can be asked for again; see the retention
  UPDATE admin_request r
  SET response = (r.response::jsonb || jsonb_build_object('buyerId', $2::text, 'metadata', '{}'::jsonb))::json
  WHERE r.response ->> 'buyerId' = $1::text
), trail AS (
  INSERT INTO buyer_erasure (pseudonym, orders) SELECT $2, count(*)::integer FROM erased HAVING count(*) > 0
)
SELECT count(*)::integer AS orders FROM erased

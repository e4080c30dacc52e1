-- Writes the accepted orders of a batch: orders, lines, and what they count for limits and allotments. A purchase is counted
-- where the sale limits it, and nowhere else: it is a third of what such an order writes.
--
-- Guards    unique (buyer_id, idempotency_key) among recent orders, to which every new one belongs; the purchase limit, which
--           the upsert's condition checks on the row as it is and not as it was read; the CHECK held <= allotment
-- Inputs    when they were created: $1 timestamptz
--           parallel arrays, one entry an order: $2 uuid[] ids · $3 uuid[] sales · $4 uuid[] buyers · $5 text[] keys ·
--           $6 text[] request hashes · $7 bigint[] totals · $8 text[] currencies · $10 integer[] for how many seconds each is
--           held · $9 text[] metadata (JSON) and $16 text[] where their traces go on, each null for none at all
--           parallel arrays, one entry a line: $11 uuid[] orders · $12 uuid[] items · $13 text[] SKUs ·
--           $14 integer[] quantities · $15 bigint[] unit prices · $17 boolean[] whether a purchase limit counts it
-- Returns   nothing; fails with HF001 where a purchase was not within its limit
-- Keys are inserted in sorted order, so that two batches that share some never wait for each other in a circle.
WITH new_order AS (
  SELECT o.*, $1::timestamptz + make_interval(secs => hold_seconds) AS expires_at
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[],
              $10::integer[], $16::text[])
    AS o (id, sale_id, buyer_id, idempotency_key, request_hash, total_amount, currency, metadata, hold_seconds,
          traceparent)
), new_line AS (
  SELECT * FROM unnest($11::uuid[], $12::uuid[], $13::text[], $14::integer[], $15::bigint[], $17::boolean[])
    AS l (order_id, item_id, sku, quantity, unit_price_amount, is_limited)
), placed AS (
  INSERT INTO customer_order (id, sale_id, buyer_id, idempotency_key, request_hash, status, stock_state,
                              total_amount, currency, metadata, created_at, expires_at, first_expires_at, traceparent)
  SELECT id, sale_id, buyer_id, idempotency_key, request_hash, 'pending_payment', 'reserved',
         total_amount, currency, coalesce(metadata::json, '{}'), $1::timestamptz, expires_at, expires_at, traceparent
  FROM new_order ORDER BY buyer_id, idempotency_key
), line AS (
  INSERT INTO order_line (order_id, item_id, sku, quantity, unit_price_amount)
  SELECT order_id, item_id, sku, quantity, unit_price_amount FROM new_line
), bought AS (
  SELECT o.sale_id, l.item_id, o.buyer_id, sum(l.quantity)::integer AS quantity
  FROM new_line l JOIN new_order o ON o.id = l.order_id
  WHERE l.is_limited
  GROUP BY o.sale_id, l.item_id, o.buyer_id
), counted AS (
  INSERT INTO purchase AS p (sale_id, item_id, buyer_id, quantity)
  SELECT b.sale_id, b.item_id, b.buyer_id, b.quantity
  FROM bought b JOIN sale_item offer USING (sale_id, item_id)
  WHERE b.quantity <= coalesce(offer.purchase_limit, b.quantity)
  ORDER BY b.sale_id, b.item_id, b.buyer_id
  ON CONFLICT (sale_id, item_id, buyer_id) DO UPDATE SET quantity = p.quantity + excluded.quantity
  WHERE p.quantity + excluded.quantity <= coalesce(
    (SELECT purchase_limit FROM sale_item offer
     WHERE offer.sale_id = excluded.sale_id AND offer.item_id = excluded.item_id),
    p.quantity + excluded.quantity)
  RETURNING 1
), held AS (
  UPDATE sale_item offer SET held = offer.held + total.quantity
  FROM (SELECT o.sale_id, l.item_id, sum(l.quantity)::integer AS quantity
        FROM new_line l JOIN new_order o ON o.id = l.order_id GROUP BY o.sale_id, l.item_id) total
  WHERE offer.sale_id = total.sale_id AND offer.item_id = total.item_id
)
SELECT raise_purchase_limit_race() WHERE (SELECT count(*) FROM bought) <> (SELECT count(*) FROM counted)

-- Everything that a batch is decided on, in one statement and so in one snapshot of the primary.
--
-- Guard     the fresh read: behind a claim it runs as a statement of its own, because under READ COMMITTED a statement
--           sees what was committed when it began, and the claim began before it waited
-- Inputs    $1 uuid[] sale ids · $2 uuid[] item ids · $3 uuid[] buyer ids and, parallel to it, $4 text[] their keys ·
--           $5 boolean whether to look for the keys among archived orders too
--           parallel arrays, one entry a line: $6 uuid[] sales · $7 uuid[] items · $8 uuid[] buyers. Every item for every
--           buyer would be a hundred thousand pairs.
-- Returns   no row on a standby, which may lag; else one row: now_ms, and JSON arrays (null when empty) sales, offers, stock, purchases, placed
SELECT
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
  (SELECT json_agg(json_build_object(
      'id', id,
      'startsAtMs', floor(extract(epoch FROM starts_at) * 1000)::bigint,
      'endsAtMs', floor(extract(epoch FROM ends_at) * 1000)::bigint,
      'paused', paused,
      'reservationTtlSeconds', reservation_ttl_seconds))
   FROM sale WHERE id = ANY ($1::uuid[])) AS sales,
  (SELECT json_agg(json_build_object(
      'saleId', offer.sale_id, 'itemId', offer.item_id, 'sku', item.sku,
      'priceAmount', coalesce(offer.price_amount, item.price_amount), 'currency', item.currency,
      'purchaseLimit', offer.purchase_limit, 'allotment', offer.allotment, 'held', offer.held))
   FROM sale_item offer JOIN item ON item.id = offer.item_id
   WHERE offer.sale_id = ANY ($1::uuid[]) AND offer.item_id = ANY ($2::uuid[])) AS offers,
  (SELECT json_agg(json_build_object('itemId', item_id, 'onHand', on_hand, 'reserved', reserved, 'version', version))
   FROM stock_level WHERE item_id = ANY ($2::uuid[])) AS stock,
  (SELECT json_agg(json_build_object(
      'saleId', sale_id, 'itemId', item_id, 'buyerId', buyer_id, 'quantity', quantity))
   FROM ( -- without a limit nobody asks how much a buyer has
     SELECT sale_id, item_id FROM sale_item
     WHERE sale_id = ANY ($1::uuid[]) AND item_id = ANY ($2::uuid[]) AND purchase_limit IS NOT NULL
     OFFSET 0) AS limited
   JOIN unnest($6::uuid[], $7::uuid[], $8::uuid[]) AS line (sale_id, item_id, buyer_id) USING (sale_id, item_id)
   JOIN purchase USING (sale_id, item_id, buyer_id)) AS purchases,
  (SELECT json_agg(json_build_object(
      'buyerId', asked.buyer_id, 'idempotencyKey', asked.idempotency_key,
      'orderId', placed.id, 'requestHash', placed.request_hash))
   FROM unnest($3::uuid[], $4::text[]) AS asked (buyer_id, idempotency_key)
   CROSS JOIN LATERAL ( -- each half has an index of its own
     SELECT id, request_hash FROM customer_order o
     WHERE o.buyer_id = asked.buyer_id AND o.idempotency_key = asked.idempotency_key AND NOT archived
     UNION ALL
     SELECT id, request_hash FROM customer_order o
     WHERE o.buyer_id = asked.buyer_id AND o.idempotency_key = asked.idempotency_key AND archived AND $5
   ) AS placed) AS placed
WHERE NOT pg_is_in_recovery()

-- Everything that a batch is decided on, in one statement and so in one snapshot of the primary.
--
-- Guard     the fresh read: behind a claim it runs as a statement of its own, because under READ COMMITTED a statement
--           sees what was committed when it began, and the claim began before it waited
-- Inputs    $1 uuid[] sale ids · $2 uuid[] item ids · $3 uuid[] buyer ids and, parallel to it, $4 text[] their keys ·
--           $5 boolean whether to look for the keys among archived orders too
--           parallel arrays, one entry a line: $6 uuid[] sales · $7 uuid[] items · $8 uuid[] buyers. Every item for every
--           buyer would be a hundred thousand pairs.
--           $9 boolean whether to read the stock, which a claim has returned already
-- Returns   no row on a standby, which may lag; else one row: now_ms, and JSON arrays (null when empty) sales, offers, stock, purchases, placed
-- Rows become JSON as they are: json_build_object would look at the type of each value anew.
SELECT
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
  (SELECT json_agg(found) FROM (
     SELECT id,
            floor(extract(epoch FROM starts_at) * 1000)::bigint AS "startsAtMs",
            floor(extract(epoch FROM ends_at) * 1000)::bigint AS "endsAtMs",
            paused,
            reservation_ttl_seconds AS "reservationTtlSeconds"
     FROM sale WHERE id = ANY ($1::uuid[])) AS found) AS sales,
  (SELECT json_agg(found) FROM (
     SELECT offer.sale_id AS "saleId", offer.item_id AS "itemId", item.sku,
            coalesce(offer.price_amount, item.price_amount) AS "priceAmount", item.currency,
            offer.purchase_limit AS "purchaseLimit", offer.allotment, offer.held
     FROM sale_item offer JOIN item ON item.id = offer.item_id
     WHERE offer.sale_id = ANY ($1::uuid[]) AND offer.item_id = ANY ($2::uuid[])) AS found) AS offers,
  (SELECT json_agg(found) FROM (
     SELECT item_id AS "itemId", on_hand AS "onHand", reserved, version
     FROM stock_level WHERE $9 AND item_id = ANY ($2::uuid[])) AS found) AS stock,
  (SELECT json_agg(found) FROM (
     SELECT sale_id AS "saleId", item_id AS "itemId", buyer_id AS "buyerId", bought.quantity
     FROM ( -- without a limit nobody asks how much a buyer has
       SELECT sale_id, item_id FROM sale_item
       WHERE sale_id = ANY ($1::uuid[]) AND item_id = ANY ($2::uuid[]) AND purchase_limit IS NOT NULL
       OFFSET 0) AS limited
     JOIN unnest($6::uuid[], $7::uuid[], $8::uuid[]) AS line (sale_id, item_id, buyer_id) USING (sale_id, item_id)
     CROSS JOIN LATERAL ( -- by its key, also where the plan was made while there was none
       SELECT quantity FROM purchase p
       WHERE p.sale_id = line.sale_id AND p.item_id = line.item_id AND p.buyer_id = line.buyer_id
       OFFSET 0) AS bought) AS found) AS purchases,
  (SELECT json_agg(found) FROM (
     SELECT asked.buyer_id AS "buyerId", asked.idempotency_key AS "idempotencyKey",
            placed.id AS "orderId", placed.request_hash AS "requestHash"
     FROM unnest($3::uuid[], $4::text[]) AS asked (buyer_id, idempotency_key)
     CROSS JOIN LATERAL ( -- each half has an index of its own
       SELECT id, request_hash FROM customer_order o
       WHERE o.buyer_id = asked.buyer_id AND o.idempotency_key = asked.idempotency_key AND NOT archived
       UNION ALL
       SELECT id, request_hash FROM customer_order o
       WHERE o.buyer_id = asked.buyer_id AND o.idempotency_key = asked.idempotency_key AND archived AND $5
     ) AS placed) AS found) AS placed
WHERE NOT pg_is_in_recovery()

-- Takes up the events that are to be sent, oldest first, and puts each off until its delivery must have ended: whoever takes
-- one up and dies leaves it to the next.
--
-- Guards    SKIP LOCKED: each is taken up by one at a time
-- Inputs    $1 integer how many at most · $2 integer for how many seconds they are put off
-- Returns   each event with what its order or item is, of which nothing changes later: an order's state is what its type says
WITH due AS MATERIALIZED (
  SELECT id FROM outbox_event WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE outbox_event e SET due_at = clock_timestamp() + make_interval(secs => $2), attempts = e.attempts + 1
  FROM due WHERE e.id = due.id
  RETURNING e.*
)
SELECT taken.id, taken.type, taken.occurred_at, taken.attempts, taken.order_id, taken.item_id, taken.available,
       o.sale_id, o.buyer_id, o.total_amount, o.currency, o.created_at, o.first_expires_at, o.metadata, o.traceparent, item.sku,
       (SELECT json_agg(json_build_object('itemId', item_id, 'sku', sku, 'quantity', quantity,
                                          'unitPriceAmount', unit_price_amount) ORDER BY item_id)
        FROM order_line WHERE order_id = o.id) AS lines
FROM taken
LEFT JOIN customer_order o ON o.id = taken.order_id
LEFT JOIN item ON item.id = taken.item_id
ORDER BY taken.id

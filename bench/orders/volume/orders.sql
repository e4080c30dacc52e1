-- Some of the stored orders, all of them paid, and archived as the worker does with what is a day old: an order, a line, a purchase and two movements each.
--
-- Inputs    $1 bigint first and $2 bigint last of their numbers, from 0 · $3 bigint how many there will be in all ·
--           $4 integer sales
-- The ids follow the time, as the service's do, over the year before yesterday. Buyers come back about three times, in
-- different sales, and their ids are spread as random ones are.
WITH stored AS MATERIALIZED (
  SELECT uuidv7(at - now()) AS id,
         uuidv7(at - now()) AS reserve_id,
         uuidv7(at - now()) AS sell_id,
         pg_temp.stored_id('stored sale ' || sale) AS sale_id,
         pg_temp.stored_id('stored item ' || (sale - 1) * 10 + place) AS item_id,
         'STORED-' || (sale - 1) * 10 + place AS sku,
         pg_temp.stored_id('stored buyer ' || number % greatest($3::bigint / 3, 1)) AS buyer_id,
         at
  FROM (
    SELECT number,
           (number * $4::integer / $3::bigint)::integer + 1 AS sale,
           floor(10 * random() * random())::integer + 1 AS place,
           now() - interval '1 day' - interval '365 days' * (1 - number::float8 / $3::bigint) AS at
    FROM generate_series($1::bigint, $2::bigint) AS number
  ) AS drawn
), line AS (
  INSERT INTO order_line (order_id, item_id, sku, quantity, unit_price_amount)
  SELECT id, item_id, sku, 1, 129900 FROM stored
), bought AS (
  INSERT INTO purchase (sale_id, item_id, buyer_id, quantity) SELECT sale_id, item_id, buyer_id, 1 FROM stored
), moved AS (
  INSERT INTO stock_movement (id, item_id, order_id, kind, on_hand_delta, reserved_delta, created_at)
  SELECT reserve_id, item_id, id, 'reserve', 0, 1, at FROM stored
  UNION ALL
  SELECT sell_id, item_id, id, 'sell', -1, -1, at FROM stored
)
INSERT INTO customer_order (id, sale_id, buyer_id, idempotency_key, request_hash, status, stock_state, total_amount,
                            currency, created_at, expires_at, first_expires_at, paid_at, archived)
SELECT id, sale_id, buyer_id, gen_random_uuid()::text, md5(id::text) || md5(sku), 'paid', 'sold', 129900,
       'EUR', at, at + interval '10 minutes', at + interval '10 minutes', at, true
FROM stored

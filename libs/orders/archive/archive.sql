-- Archives the oldest recent orders: their keys go from the small index, which every new order writes to, to the large one,
-- which is only read in a rush.
--
-- Guards    one at a time: whoever has the row of order_archive; orders are locked in the order of their ids, as everywhere
-- Inputs    $1 double precision: how old, in seconds, on the database's clock · $2 integer: how many at most
-- Returns   a row with `orders`, the number archived; none where there was nothing to do
-- Orders are visited in the order of their ids, which begin with the time, and each once: one whose id was made by a clock that
-- lagged behind stays among the recent ones, where its key is found as well.
WITH reach AS MATERIALIZED (
  SELECT through_order_id FROM order_archive FOR UPDATE
), old AS (
  SELECT rpad(lpad(to_hex(floor(1000 * (extract(epoch FROM clock_timestamp()) - $1::double precision))::bigint), 12, '0'),
              32, '0')::uuid AS before_id
), due AS MATERIALIZED (
  SELECT o.id FROM customer_order o
  WHERE o.id > (SELECT through_order_id FROM reach) AND o.id < (SELECT before_id FROM old)
  ORDER BY o.id LIMIT $2
  FOR UPDATE OF o
), archived AS (
  UPDATE customer_order o SET archived = true FROM due WHERE o.id = due.id RETURNING o.id
)
UPDATE order_archive
SET through_order_id = (SELECT id FROM archived ORDER BY id DESC LIMIT 1)
WHERE EXISTS (SELECT FROM archived)
RETURNING (SELECT count(*)::integer FROM archived) AS orders

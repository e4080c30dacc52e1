-- The items and past sales that stored orders are of: ten items a sale, named by their place, one to a buyer.
--
-- Inputs    $1 integer sales · $2 integer units that every item has left
WITH numbers AS (
  SELECT n, ((n - 1) / 10) + 1 AS sale FROM generate_series(1, $1::integer * 10) AS n
), new_item AS (
  INSERT INTO item (id, sku, name, price_amount, currency)
  SELECT pg_temp.stored_id('stored item ' || n), 'STORED-' || n, 'Stored ' || n, 129900, 'EUR' FROM numbers
), new_sale AS (
  INSERT INTO sale (id, name, starts_at, ends_at, reservation_ttl_seconds)
  SELECT pg_temp.stored_id('stored sale ' || sale), 'Stored ' || sale, now() - interval '2 years', now() - interval '1 day', 600
  FROM numbers GROUP BY sale
), new_stock AS (
  INSERT INTO stock_level (item_id, on_hand) SELECT pg_temp.stored_id('stored item ' || n), $2::integer FROM numbers
)
INSERT INTO sale_item (sale_id, item_id, position, purchase_limit)
SELECT pg_temp.stored_id('stored sale ' || sale), pg_temp.stored_id('stored item ' || n), (n - 1) % 10, 1 FROM numbers

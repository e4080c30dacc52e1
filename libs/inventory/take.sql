-- Takes stock that nobody has claimed: the update itself finds out whether it may.
--
-- Guards    the condition: there is enough on the row as it is now, whatever was read before
--           the version: the row is as it was read, where a version is given
-- Inputs    parallel arrays, one entry a line: $1 uuid[] items · $2 integer[] quantities · $3 bigint[] the version that
--           was read of the item's stock, null where any will do
-- Returns   item_id, a row for each item that was taken; one that is missing must abort the transaction
-- `locked` keeps to the order in which every transaction locks stock rows, so that two carts never wait in a circle. A
-- row that changed while this statement waited for it is held against both conditions again, as it is then.
WITH asked AS (
  SELECT item_id, sum(quantity)::integer AS quantity, max(version) AS version
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS line (item_id, quantity, version)
  GROUP BY item_id
), locked AS (
  SELECT item_id FROM stock_level JOIN asked USING (item_id) ORDER BY item_id FOR UPDATE OF stock_level
)
UPDATE stock_level s
SET reserved = s.reserved + asked.quantity, version = s.version + 1
FROM asked JOIN locked USING (item_id)
WHERE s.item_id = asked.item_id
  AND s.on_hand - s.reserved >= asked.quantity
  AND s.version = coalesce(asked.version, s.version)
RETURNING s.item_id

-- Changes what is on hand, with one movement each. The items are claimed.
--
-- Guards    stock_movement_reference: a reference takes effect once; the CHECKs of stock_level
-- Inputs    $1 uuid[] movements · $2 uuid[] items · $3 integer[] units to add, or to take away when negative ·
--           $4 text[] reasons · $5 text[] references, null for none
-- Returns   nothing
WITH adjustment AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[])
    AS a (id, item_id, quantity, reason, reference)
), moved AS (
  INSERT INTO stock_movement (id, item_id, kind, on_hand_delta, reserved_delta, reason, reference)
  SELECT id, item_id, 'adjust', quantity, 0, reason, reference FROM adjustment
)
UPDATE stock_level s SET on_hand = s.on_hand + total.quantity, version = s.version + 1
FROM (SELECT item_id, sum(quantity)::integer AS quantity FROM adjustment GROUP BY item_id) total
WHERE s.item_id = total.item_id

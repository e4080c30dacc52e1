-- What the counters in Redis are loaded from, and brought up to date by.
--
-- Inputs    $1 uuid[] item ids
-- Returns   item_id, available, version, supply; no row for an item that does not exist
-- `supply` changes when units come in or go out by anything but a new reservation, and only then: reservations are what
-- the counters know of already.
SELECT
  s.item_id, s.on_hand - s.reserved AS available, s.version,
  (SELECT coalesce(sum(on_hand_delta - reserved_delta), 0)
   FROM stock_movement m WHERE m.item_id = s.item_id AND m.kind <> 'reserve') AS supply
FROM stock_level s
WHERE s.item_id = ANY ($1::uuid[])

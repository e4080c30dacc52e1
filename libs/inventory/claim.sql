-- Locks the stock rows of a transaction, in the order in which every transaction locks them.
--
-- Guards    the row lock: whoever claims an item has it alone until COMMIT
--           the fence: `later_fence` is that of a grant with a higher number which has already written, else null
-- Inputs    $1 uuid[] item ids · $2 bigint[] the fence of each, null where it was locked without one
-- Returns   item_id, on_hand, reserved, later_fence; no row for an item that does not exist
-- The values are those of the row as locked, even when another transaction changed it while this one waited.
-- Everything else must be read by a later statement: this one's snapshot is from before the wait.
SELECT s.item_id, s.on_hand, s.reserved, CASE WHEN asked.fence < s.fence THEN s.fence END AS later_fence
FROM unnest($1::uuid[], $2::bigint[]) AS asked (item_id, fence)
JOIN stock_level s USING (item_id)
ORDER BY s.item_id
FOR UPDATE OF s

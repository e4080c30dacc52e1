-- The items of sales that are live, or start within the hour: those that orders will be for.
--
-- Returns   item_id of each, at most 1000
SELECT DISTINCT offer.item_id
FROM sale JOIN sale_item offer ON offer.sale_id = sale.id
WHERE sale.ends_at > clock_timestamp() AND sale.starts_at < clock_timestamp() + interval '1 hour'
LIMIT 1000

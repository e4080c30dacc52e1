-- The last word on keys that have gone from the index of recent orders to that of archived ones.
--
-- Guard     one order a key, across both indexes. It runs behind record.sql, whose insert has waited for whoever held the
--           key among recent orders, and as a statement of its own: so it sees an order that was archived meanwhile, which
--           a look-up before the insert would have missed
-- Inputs    parallel arrays, one entry an order: $1 uuid[] buyers · $2 text[] keys
-- Returns   nothing; fails with HF002 where a key belongs to an archived order
SELECT raise_archived_key()
FROM unnest($1::uuid[], $2::text[]) AS asked (buyer_id, idempotency_key)
JOIN customer_order placed USING (buyer_id, idempotency_key)
WHERE placed.archived
LIMIT 1

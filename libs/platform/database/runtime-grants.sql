-- What the service and its worker do with the record, and nothing else: the rights of the role of their DATABASE_URL.
-- Run behind the migrations by `--grant-to`, all of it in one transaction, so that a later migration's table is granted
-- with it or not at all. Tests fail for a table that is not named here, and for a right that nothing uses.
--
-- :"runtime" is that role.

REVOKE ALL ON ALL TABLES IN SCHEMA public, holdfast_lock FROM :"runtime";
REVOKE ALL ON SCHEMA public, holdfast_lock FROM :"runtime";
GRANT USAGE ON SCHEMA public, holdfast_lock TO :"runtime";

-- Ledgers: what happened is added to, and never changed. Only the retention removes, and an order with all that is its own.
GRANT SELECT, INSERT, DELETE ON stock_movement, order_line, payment_event TO :"runtime";

-- For how much they are stays as it was agreed. A buyer's erasure is what changes whose they are.
GRANT SELECT, INSERT, DELETE,
  UPDATE (status, stock_state, expires_at, paid_at, archived, buyer_id, idempotency_key, request_hash, metadata)
  ON customer_order TO :"runtime";
GRANT SELECT, INSERT, DELETE, UPDATE (status, failure_code, returns_stock, refund_reason, due_at, token)
  ON payment TO :"runtime";
GRANT SELECT, INSERT, UPDATE (held) ON sale_item TO :"runtime";
GRANT SELECT, INSERT, DELETE, UPDATE (quantity, buyer_id) ON purchase TO :"runtime";
GRANT SELECT, INSERT, DELETE, UPDATE (response) ON admin_request TO :"runtime";
GRANT INSERT ON buyer_erasure TO :"runtime";

GRANT SELECT, INSERT, UPDATE ON item, sale, stock_level, sandbox_charge TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_event TO :"runtime";
GRANT SELECT, UPDATE ON outbox_lease, order_archive TO :"runtime";
GRANT SELECT ON migrations TO :"runtime";

-- LOCK_PROVIDER=postgres and LOCK_FALLBACK=postgres. Its functions run with the rights of their caller.
GRANT SELECT, INSERT, UPDATE, DELETE
  ON holdfast_lock.lease, holdfast_lock.place, holdfast_lock.share, holdfast_lock.value TO :"runtime";

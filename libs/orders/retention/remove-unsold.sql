-- Removes orders that never became a sale, with all that belongs to them.
--
-- Guards    SKIP LOCKED: an order that somebody works on is left to the next round
--           the ledger: an order whose movements do not cancel each other out stays, so that its sums are what they were
--           money: an order of which a payment is open, due, or was ever captured stays
--           the outbox: an order of which the shop has still to be told stays
-- Inputs    $1 integer for how many days orders are kept, on the database's clock · $2 integer how many at most
-- Returns   a row with `removed`
WITH old AS (
  SELECT rpad(lpad(to_hex(floor(1000 * extract(epoch FROM clock_timestamp() - make_interval(days => $1)))::bigint), 12, '0'),
              32, '0')::uuid AS before_id -- ids begin with the time
), due AS MATERIALIZED (
  SELECT o.id, o.sale_id, o.buyer_id FROM customer_order o
  WHERE o.status IN ('expired', 'cancelled') AND o.id < (SELECT before_id FROM old)
    AND NOT EXISTS (SELECT FROM payment p WHERE p.order_id = o.id AND (p.status <> 'declined' OR p.due_at IS NOT NULL))
    AND NOT EXISTS (SELECT FROM outbox_event e WHERE e.order_id = o.id)
    AND NOT EXISTS (
      SELECT FROM order_line line JOIN stock_movement m ON m.item_id = line.item_id AND m.order_id = line.order_id
      WHERE line.order_id = o.id
      GROUP BY line.item_id HAVING sum(m.on_hand_delta) <> 0 OR sum(m.reserved_delta) <> 0)
  ORDER BY o.id LIMIT $2
  FOR UPDATE OF o SKIP LOCKED
), line AS (
  DELETE FROM order_line line USING due WHERE line.order_id = due.id
  RETURNING line.order_id, line.item_id, due.sale_id, due.buyer_id
), movement AS (
  DELETE FROM stock_movement m USING line WHERE m.item_id = line.item_id AND m.order_id = line.order_id
), told AS (
  DELETE FROM payment_event e USING payment p, due WHERE e.payment_id = p.id AND p.order_id = due.id
), paid AS (
  DELETE FROM payment p USING due WHERE p.order_id = due.id
), bought AS ( -- what the buyer does not have counts for no limit, and nothing does where there is none
  DELETE FROM purchase p USING (
    SELECT other.sale_id, other.item_id, other.buyer_id FROM purchase other JOIN sale_item offer USING (sale_id, item_id)
    WHERE (other.quantity = 0 OR offer.purchase_limit IS NULL)
      AND (other.sale_id, other.item_id, other.buyer_id) IN (SELECT sale_id, item_id, buyer_id FROM line)
    FOR UPDATE OF other SKIP LOCKED
  ) empty
  WHERE (p.sale_id, p.item_id, p.buyer_id) = (empty.sale_id, empty.item_id, empty.buyer_id)
), removed AS (
  DELETE FROM customer_order o USING due WHERE o.id = due.id RETURNING 1
)
SELECT count(*)::integer AS removed FROM removed

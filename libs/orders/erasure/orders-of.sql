-- What a buyer's orders are, read behind their locks and the claim of their items.
--
-- Guards    a statement of its own: it sees what was committed while the locks were waited for
-- Inputs    $1 uuid buyer
-- Returns   id, and whether it is under way: unpaid and held, being paid, or waiting for its refund
SELECT o.id,
       o.status IN ('pending_payment', 'refund_pending')
       OR EXISTS (SELECT FROM payment p WHERE p.order_id = o.id AND (p.status = 'pending' OR p.due_at IS NOT NULL))
         AS is_under_way
FROM customer_order o WHERE o.buyer_id = $1

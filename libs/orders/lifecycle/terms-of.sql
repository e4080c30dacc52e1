-- What a sale allows of some items, and how much of it is taken.
--
-- Inputs    $1 uuid sale · $2 uuid[] items · $3 uuid buyer
-- Returns   item_id, purchase_limit, allotment, held, and bought: the buyer's units where there is a limit
SELECT offer.item_id, offer.purchase_limit, offer.allotment, offer.held, coalesce(p.quantity, 0) AS bought
FROM sale_item offer
LEFT JOIN purchase p ON p.sale_id = offer.sale_id AND p.item_id = offer.item_id AND p.buyer_id = $3
WHERE offer.sale_id = $1 AND offer.item_id = ANY ($2::uuid[])

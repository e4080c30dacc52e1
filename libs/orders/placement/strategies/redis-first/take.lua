-- Takes the units of an order from the counters of its items: all of its lines, or none.
--
-- Guarantee: an order takes once, however often it asks, as it does when an answer was lost. Nothing falls below zero
-- here; that PostgreSQL has the units is for PostgreSQL to say.
--
-- KEYS  1 the order's mark   2.. the counter of each line's item
-- ARGV  1 how long the mark lasts, in ms   2.. the quantity of each line
--
-- Returns  0   taken, now or before
--          n   the counter of the n-th line has too few
--         -n   the counter of the n-th line is missing: load it

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for n = 2, #KEYS do
  local left = redis.call('HGET', KEYS[n], 'left')
  if not left then return 1 - n end
  if tonumber(left) < tonumber(ARGV[n]) then return n - 1 end
end
for n = 2, #KEYS do
  redis.call('HINCRBY', KEYS[n], 'left', -ARGV[n])
end
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 0

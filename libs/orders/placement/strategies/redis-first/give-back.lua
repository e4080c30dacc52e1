-- Puts back what an order took and did not get: the compensation.
--
-- Guarantee: an order gives back once, and nothing if it took nothing. A counter that is gone stays so: whoever needs it
-- loads it anew, with these units in it.
--
-- KEYS  as take.lua
-- ARGV  the quantity of each line
--
-- Returns 1, or 0 when there was nothing to give back

if redis.call('DEL', KEYS[1]) == 0 then return 0 end
for n = 2, #KEYS do
  if redis.call('EXISTS', KEYS[n]) == 1 then redis.call('HINCRBY', KEYS[n], 'left', ARGV[n - 1]) end
end
return 1

-- Makes a counter that is missing, and adds to one that is there what came in since it last heard: a restock, a release,
-- an adjustment.
--
-- Guarantee: what orders took from a counter stays taken, whatever PostgreSQL says of them by now; that is how units are
-- not promised twice while their orders are under way, and why units whose order died stay out of sale until the
-- counter expires. A reading that is older than the last one changes nothing.
--
-- KEYS  1 the counter
-- ARGV  1 units available   2 the supply: all that ever came in or went out but by reservations
--       3 the version of the stock that was read   4 how long a new counter lasts, in ms

local supply, version = unpack(redis.call('HMGET', KEYS[1], 'supply', 'version'))
if not supply then
  redis.call('HSET', KEYS[1], 'left', ARGV[1], 'supply', ARGV[2], 'version', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
elseif tonumber(ARGV[3]) > tonumber(version) then
  redis.call('HINCRBY', KEYS[1], 'left', ARGV[2] - supply)
  redis.call('HSET', KEYS[1], 'supply', ARGV[2], 'version', ARGV[3])
end

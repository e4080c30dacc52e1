-- Counts the lease of a permit anew, or changes nothing.
--
-- Guarantee: a permit that has ended is never brought back to life. Safe to repeat.
--
-- KEYS  the resource's lock, its last fence
-- ARGV  1 token   2 lease in ms
--
-- Returns { 1, c }  it was held and has its new lease; c is 1 when others wait
--         { 0, 0 }  it was not held; nothing was written

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua
--@include pieces/permits.lua

local lock = read(1)
local permits = shared_by(lock)
local share = permits and share_of(lock, ARGV[1])
if not share then
  return { 0, 0 }
end
add_holder(lock, ARGV[1], share, tonumber(ARGV[2]))
keep_shared(lock, permits)
return { 1, first_in_queue(lock) and 1 or 0 }

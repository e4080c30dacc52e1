-- Gives a permit back, gives up the claim's place, and lets the first in the queue have what is free.
--
-- Guarantee: nobody else's permit is touched. Safe to repeat; a repetition frees nothing.
--
-- KEYS  the resource's lock, its last fence
-- ARGV  1 token   2 channel of the claim's process
--
-- Returns what release.lua does

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua
--@include pieces/permits.lua

local lock = read(1)
local call = { channel = ARGV[2], told = {} }
local permits, count = shared_by(lock)
local freed = permits and share_of(lock, ARGV[1]) and 1 or 0
if freed == 1 then
  local holders_key, shares_key = holders_keys(lock)
  redis.call('ZREM', holders_key, ARGV[1])
  redis.call('HDEL', shares_key, ARGV[1])
  count = count - 1
else
  leave_queue(lock, ARGV[1])
end
if permits and count == 0 then
  free(lock, call)
elseif not lock.token then
  promote(lock, call)
elseif permits then
  keep_shared(lock, permits)
  tell_next(lock, call)
end
return { freed, unpack(call.told) }

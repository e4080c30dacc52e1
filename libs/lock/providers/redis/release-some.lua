-- Frees several locks, each for a claim of its own.
--
-- Guarantee: for each lock that of release.lua.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  for each lock two: the token of its claim, the channel of that claim's process
--
-- Returns for each lock what release.lua does: { 1 or 0, then two for each claim of the same process that is told }

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua
--@include pieces/permits.lua
--@include pieces/release.lua

local replies = {}
for n = 1, #KEYS / 2 do
  local call = { token = ARGV[2 * n - 1], channel = ARGV[2 * n], told = {} }
  replies[n] = { release(read(n), call), unpack(call.told) }
end
return replies

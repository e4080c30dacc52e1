-- Counts the leases of several locks anew, each for a claim of its own.
--
-- Guarantee: for each lock that of extend.lua.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  for each lock two: the token of its claim, its lease in ms
--
-- Returns for each lock what extend.lua does: { held, contended }

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua

local replies = {}
for n = 1, #KEYS / 2 do
  local lock = read(n)
  if lock.token == ARGV[2 * n - 1] then
    redis.call('PEXPIRE', lock.key, ARGV[2 * n])
    replies[n] = { 1, first_in_queue(lock) and 1 or 0 }
  else
    replies[n] = { 0, 0 }
  end
end
return replies

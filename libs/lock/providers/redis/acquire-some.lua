-- Takes those of the locks that are free, each for a claim of its own; the others may queue.
--
-- Guarantee: for each lock that of acquire.lua.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  1 lease in ms   2 how long a place lasts in ms, 0 for none   3 channel of the claims' process   4 their owner
--       then for each lock two: the token of its claim, its floor
--
-- Returns for each lock what acquire.lua does: { 1, fence } or { 0, 1, remaining ms, promised, behind }

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua
--@include pieces/attempt.lua

local replies = {}
for n = 1, #KEYS / 2 do
  replies[n] = attempt({ read(n) }, {
    token = ARGV[3 + 2 * n], lease_ms = tonumber(ARGV[1]), place_ms = tonumber(ARGV[2]),
    channel = ARGV[3], who = ARGV[3] .. ' ' .. ARGV[4], floors = { ARGV[4 + 2 * n] },
  })
end
return replies

-- Takes all locks for one lease, or none.
--
-- Guarantee: a lock that another token holds, or for which another stands in the queue, is never touched. The same
-- token succeeds again, with the same fences and a lease counted anew, so that an attempt whose reply was lost may
-- simply be repeated. The fence of a grant is higher than every earlier one: max(last + 1, floor, the server's clock in
-- microseconds), below 2^53; its key outlives the lock, so that it grows though the clock steps back. A refused claim
-- that asks for a place gets one at the end of every queue, or keeps the ones it has.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  1 token   2 lease in ms   3 how long a place lasts in ms, 0 for none   4 channel of the claim's process
--       5 its owner   6..n+5 floors, in the order of the locks
--
-- Returns { 1, fence, ... }                  granted
--         { 0, i, remaining ms, promised, behind }   the i-th lock is another's; promised is 0, or the fence of a claim of
--                                            one lock that comes right behind a holder of the same process: that token

local values = redis.call('MGET', unpack(KEYS))

-- The common case by itself, for speed: one lock, free, and nobody waits. What follows would do the same.
if #KEYS == 2 then
  local last = not values[1] and values[2] and string.match(values[2], '^(%d+) 0$')
  if last then
    local clock = redis.call('TIME')
    local now = clock[1] .. string.sub('00000' .. clock[2], -6) -- in microseconds, without a detour through a number
    local fence = now
    if tonumber(now) <= tonumber(last) or tonumber(now) < tonumber(ARGV[6]) then
      fence = string.format('%.0f', math.max(last + 1, ARGV[6]))
    end
    if tonumber(fence) < 9007199254740992 then
      redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. fence .. ' ' .. now .. ' ' .. ARGV[4] .. ' ' .. ARGV[5], 'PX', ARGV[2])
      redis.call('SET', KEYS[2], fence .. ' 0', 'PX', 86400000)
      return { 1, tonumber(fence) }
    end
  end
end

--@include pieces/lock.lua
--@include pieces/attempt.lua

local locks, floors = {}, {}
for n = 1, #KEYS / 2 do
  locks[n], floors[n] = read(n), ARGV[5 + n]
end
return attempt(locks, {
  token = ARGV[1], lease_ms = tonumber(ARGV[2]), place_ms = tonumber(ARGV[3]),
  channel = ARGV[4], who = ARGV[4] .. ' ' .. ARGV[5], floors = floors,
})

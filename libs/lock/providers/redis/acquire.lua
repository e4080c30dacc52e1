-- Takes all locks for one lease, or none.
--
-- Guarantee: a lock that another token holds is never touched. The same token succeeds again, with the same fences and
-- a lease counted anew, so that an attempt whose reply was lost may simply be repeated. The fence of a grant is higher
-- than every earlier one: max(last + 1, floor, the server's clock in microseconds), below 2^53. It lives in a key of
-- its own that outlives the lock, so that it grows though the clock steps back; after a loss of all keys the clock
-- carries it on.
--
-- KEYS  1..n    lock keys
--       n+1..2n fence keys, in the same order
-- ARGV  1 token   2 lease in ms   3 time to live of the fence keys in ms   4..n+3 floors, in the same order
--
-- Returns { 1, fence, ... }                    granted
--         { 0, i, remaining ms }               KEYS[i] is held by another; nothing was written

local n = #KEYS / 2
local token, lease_ms, fence_ttl_ms = ARGV[1], ARGV[2], ARGV[3]

local mine = {}
for i = 1, n do
  local holder = redis.call('GET', KEYS[i])
  if holder and holder ~= token then
    return { 0, i, redis.call('PTTL', KEYS[i]) }
  end
  mine[i] = holder
end

local clock = redis.call('TIME')
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])

-- Everything that can fail is done before the first write: a script that stops half-way is not rolled back.
local reply = { 1 }
local is_new = {}
for i = 1, n do
  local last = tonumber(redis.call('GET', KEYS[n + i]))
  if mine[i] and last then
    reply[i + 1] = last
  else
    is_new[i] = true
    reply[i + 1] = math.max((last or 0) + 1, tonumber(ARGV[3 + i]), now_us)
  end
  if reply[i + 1] >= 9007199254740992 then
    return redis.error_reply('FENCE of ' .. KEYS[i] .. ' would pass 2^53')
  end
end

for i = 1, n do
  if is_new[i] then
    redis.call('SET', KEYS[n + i], string.format('%.0f', reply[i + 1]), 'PX', fence_ttl_ms)
  end
  redis.call('SET', KEYS[i], token, 'PX', lease_ms)
end
return reply

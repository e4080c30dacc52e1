-- Gives all locks of one token to another, or none.
--
-- Guarantee: compare and swap; of two that adopt the same token one succeeds. The fences stay what they were. The
-- process of the old token is told. Safe to repeat: who has adopted already succeeds again.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  1 old token   2 new token   3 lease in ms   4 channel of the new token's process   5 its owner
--
-- Returns { 1, fence, ... }  every lock belongs to the new token
--         { 0 }              at least one belonged to neither; nothing was written

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua

local locks, reply, old_channel = {}, { 1 }, nil
for n = 1, #KEYS / 2 do
  local lock = read(n)
  if lock.token ~= ARGV[1] and lock.token ~= ARGV[2] then
    return { 0 }
  end
  if lock.token == ARGV[1] then
    old_channel = lock.channel
  end
  locks[n], reply[n + 1] = lock, lock.fence
end
for n, lock in ipairs(locks) do
  hold(lock, ARGV[2], ARGV[4] .. ' ' .. ARGV[5], reply[n + 1], ARGV[3])
end
if old_channel then
  redis.call('PUBLISH', old_channel, 'adopted ' .. ARGV[1])
end
return reply

-- Counts the lease of all locks anew, or changes nothing.
--
-- Guarantee: compare and expire. A lock that has ended, was taken away or belongs to another token is never brought
-- back to life. Safe to repeat.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  1 token   2 lease in ms
--
-- Returns { 1, c }  every lock was held by the token and has its new lease; c is 1 when others wait for one of them
--         { 0, 0 }  at least one was not held; nothing was written

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua

local locks = {}
for n = 1, #KEYS / 2 do
  locks[n] = read(n)
  if locks[n].token ~= ARGV[1] then
    return { 0, 0 }
  end
end
local contended = 0
for _, lock in ipairs(locks) do
  redis.call('PEXPIRE', lock.key, ARGV[2])
  if first_in_queue(lock) then
    contended = 1
  end
end
return { 1, contended }

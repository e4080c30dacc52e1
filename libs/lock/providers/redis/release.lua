-- Frees those of the locks that the token holds, gives up its places, and hands each free lock to the first in its queue.
--
-- Guarantee: compare and delete. A lock of another token is never touched. Safe to repeat; a repetition frees nothing.
--
-- KEYS  for each lock two: itself, its last fence
-- ARGV  1 token   2 channel of the claim's process
--
-- Returns { how many of the locks it freed, then for each claim of the same process that got one, or may look now, two:
--           its token, its fence or '' }; other processes are told on their channels

local values = redis.call('MGET', unpack(KEYS))

-- The common case by itself, for speed: one lock, held by the token, and nobody waits. What follows would do the same.
if #KEYS == 2 then
  local token = values[1] and string.match(values[1], '^%S+')
  if token == ARGV[1] and values[2] and string.sub(values[2], -2) == ' 0' then
    redis.call('DEL', KEYS[1])
    return { 1 }
  end
end

--@include pieces/lock.lua
--@include pieces/permits.lua
--@include pieces/release.lua

local freed = 0
local call = { token = ARGV[1], channel = ARGV[2], told = {} }
for n = 1, #KEYS / 2 do
  freed = freed + release(read(n), call)
end
return { freed, unpack(call.told) }

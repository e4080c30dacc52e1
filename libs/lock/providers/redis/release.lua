-- Frees those of the locks that the token holds, and wakes who waits for them.
--
-- Guarantee: compare and delete. A lock of another token is never touched. Safe to repeat; a repetition frees nothing.
--
-- KEYS  1..n lock keys; each is at the same time the name of the channel that its waiters listen to
-- ARGV  1 token
--
-- Returns { locks freed, subscribers that heard of it }

local freed, heard = 0, 0
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('DEL', KEYS[i])
    freed = freed + 1
    heard = heard + redis.call('PUBLISH', KEYS[i], '')
  end
end
return { freed, heard }

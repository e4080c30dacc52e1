-- One node's vote on a release: frees those of the locks that the token holds here.
--
-- Guarantee: compare and delete. A lock of another token is never touched. Safe to repeat; a repetition frees nothing.
--
-- KEYS  1..n lock keys
-- ARGV  1 token
--
-- Returns how many were freed

local freed = 0
for i = 1, #KEYS do
  local value = redis.call('GET', KEYS[i])
  if value and string.match(value, '^%S+') == ARGV[1] then
    redis.call('DEL', KEYS[i])
    freed = freed + 1
  end
end
return freed

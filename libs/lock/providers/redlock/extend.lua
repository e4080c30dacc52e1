-- One node's vote on an extension: counts the lease of all locks here anew, or changes nothing.
--
-- Guarantee: compare and expire. A lock that has ended here, was lost in a restart or belongs to another token is never
-- brought back to life. Safe to repeat.
--
-- KEYS  1..n lock keys
-- ARGV  1 token   2 lease in ms
--
-- Returns n  all were held here by the token, and are for the new lease
--         0  at least one was not; nothing was written

for i = 1, #KEYS do
  local value = redis.call('GET', KEYS[i])
  if not value or string.match(value, '^%S+') ~= ARGV[1] then
    return 0
  end
end
for i = 1, #KEYS do
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
return #KEYS

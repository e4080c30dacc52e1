-- Counts the lease of all locks anew, or changes nothing.
--
-- Guarantee: compare and expire. A lock that has ended, was taken away or belongs to another token is never brought
-- back to life. Safe to repeat.
--
-- KEYS  1..n lock keys
-- ARGV  1 token   2 lease in ms
--
-- Returns 1  every lock was held by the token and has its new lease
--         0  at least one was not; nothing was written

for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[1] then
    return 0
  end
end
for i = 1, #KEYS do
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
return 1

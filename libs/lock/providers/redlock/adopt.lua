-- One node's vote on a hand-over: gives all locks that one token holds here to its successor, or changes nothing.
--
-- Guarantee: compare and set. Whoever comes second finds another token. The successor itself may repeat it.
--
-- KEYS  1..n lock keys
-- ARGV  1 `<successor's token> <token> <successor's owner>`   2 lease in ms
--
-- Returns n  all are held here by the successor
--         0  at least one was held by neither of the two; nothing was written

local successor, token, owner = string.match(ARGV[1], '^(%S+) (%S+) (.*)$')

local acquired_at = {}
for i = 1, #KEYS do
  local value = redis.call('GET', KEYS[i])
  if not value then
    return 0
  end
  local holder
  holder, acquired_at[i] = string.match(value, '^(%S+) (%S+)')
  if holder ~= token and holder ~= successor then
    return 0
  end
end
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], successor .. ' ' .. acquired_at[i] .. ' ' .. owner, 'PX', ARGV[2])
end
return #KEYS

-- One node's vote on an acquisition: takes all locks here for one lease, or none.
--
-- Guarantee: a lock that another token holds here is never touched. The same token succeeds again, with a lease
-- counted anew, so that an attempt whose outcome is unknown may be repeated.
--
-- KEYS  1..n lock keys; a value is `<token> <acquired at, in µs of this node> <owner>`
-- ARGV  1 `<token> <owner>`   2 lease in ms
--
-- Returns n   all are held here
--         -i  KEYS[i] is held by another; nothing was written

local token, owner = string.match(ARGV[1], '^(%S+) (.*)$')

local mine = {}
for i = 1, #KEYS do
  local value = redis.call('GET', KEYS[i])
  if value and string.match(value, '^%S+') ~= token then
    return -i
  end
  mine[i] = value
end

local clock = redis.call('TIME')
local fresh = string.format('%s %.0f %s', token, tonumber(clock[1]) * 1000000 + tonumber(clock[2]), owner)
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], mine[i] or fresh, 'PX', ARGV[2])
end
return #KEYS
